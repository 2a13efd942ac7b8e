// Saves the content of cgroup files and restores it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/cgroup/layout.h"
#include "runtime/cgroup/v2_writes.h"
#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::cgroup {

class Snapshot {
 public:
  // Saves `files`, and those that `writes` would change. Leaves out missing files.
  static Result<Snapshot> take(const Layout& layout, const std::string& path,
                               std::span<const Write> writes,
                               std::span<const std::string_view> files = {});

  // Writes back every file that has changed. Error: the kernel rejects an old value. All other
  // files are restored.
  Status restore() const;

 private:
  struct Content {
    std::string file, text;
  };
  explicit Snapshot(sys::UniqueFd dir) : dir_(std::move(dir)) {}
  void add(std::string_view file);
  std::string_view first_that_differs() const;

  sys::UniqueFd dir_;
  std::vector<Content> contents_;
};

}  // namespace oci::cgroup
