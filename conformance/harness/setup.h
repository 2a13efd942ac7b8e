// Set-up before the first run: the work directory, the files of every bundle, the runtimes.
#pragma once

#include <string>

#include "conformance/harness/sandbox.h"

namespace oci::conformance {

// A directory below a parent that a mapped root can enter. Removed at the end, unless keep() is
// called.
class WorkDirectory {
 public:
  explicit WorkDirectory(const std::string& parent);
  WorkDirectory(const WorkDirectory&) = delete;
  WorkDirectory& operator=(const WorkDirectory&) = delete;
  ~WorkDirectory();

  const std::string& path() const { return path_; }
  void keep() { kept_ = true; }

 private:
  std::string path_;
  bool kept_ = false;
};

// Copies into `work` a static busybox ("": the one in PATH) and the probe from the directory of
// this program. Throws std::runtime_error if one is missing.
Template make_template(const std::string& busybox, const std::string& work);

// Parses "[NAME=]BIN [OPTION…]". The default name is that of the binary. `work` receives the output
// of --version, and a copy of a binary that unprivileged users could not reach in its place.
Runtime parse_runtime(const std::string& text, const std::string& work);

}  // namespace oci::conformance
