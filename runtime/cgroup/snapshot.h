// What files of a cgroup hold, to be brought back.
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
  // Of `files`, and of those that `writes` would change. Those that are not there are left out.
  static Result<Snapshot> take(const Layout& layout, const std::string& path,
                               std::span<const Write> writes,
                               std::span<const std::string_view> files = {});

  // Writes back what has changed since. Error: the kernel does not take all of it; the rest is as
  // it was.
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
