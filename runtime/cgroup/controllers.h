// Passing controllers down the tree: cgroup.subtree_control. For this folder alone.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "runtime/cgroup/v2_writes.h"
#include "spec/error.h"

namespace oci::cgroup {

class Controllers {
 public:
  // What `writes` need; they are kept for messages and must outlive this.
  explicit Controllers(std::span<const Write> writes)
      : names_(controllers_of(writes)), writes_(writes) {}

  bool empty() const { return names_.empty(); }

  // Enables them for the children of the cgroup `dir`, whose place is `path`. Those that are
  // enabled already are not written: that would wait for cgroups which are being destroyed.
  Status enable(int dir, std::string_view path) const;

  // The same for `path` and everything above it, from the mount down; only looks at `dir`, which
  // is `path` opened, if nothing is missing.
  Status enable_down_to(int mount, int dir, std::string_view path) const;

 private:
  Result<std::vector<std::string_view>> missing(int dir) const;
  Error explain(int err, int dir, std::string_view path) const;
  std::string_view property_of(std::string_view controller) const;

  std::vector<std::string_view> names_;
  std::span<const Write> writes_;
};

// The controllers that count (cpu, io, memory, pids), for the children of `dir`, also where nothing
// is limited: `events` and what engines show read their files, and other runtimes have them on.
// Whatever the kernel or the caller's rights do not let have stays off.
void enable_counting(int dir);
// The same for `path`, which is `dir` opened, and everything above it.
void enable_counting_down_to(int mount, int dir, std::string_view path);

}  // namespace oci::cgroup
