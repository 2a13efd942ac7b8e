// Enables controllers down the tree: cgroup.subtree_control. Internal to this folder,
// but for check_controllers().
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "runtime/cgroup/layout.h"
#include "runtime/cgroup/v2_writes.h"
#include "spec/error.h"

namespace oci::cgroup {

class Controllers {
 public:
  // The controllers that `writes` need. Keeps `writes` for messages, so they must outlive this
  // object.
  explicit Controllers(std::span<const Write> writes)
      : names_(controllers_of(writes)), writes_(writes) {}

  bool empty() const { return names_.empty(); }

  // An error if the cgroup `dir` at `path` does not offer one of them. Changes nothing.
  Status check(int dir, std::string_view path) const;

  // Enables them for the children of the cgroup `dir` at `path`. Writes only missing ones: a write
  // waits for cgroups that are being destroyed.
  Status enable(int dir, std::string_view path) const;

  // The same for `path` and all its ancestors, from the mount down. `dir`: `path` opened. If it has
  // all of them, nothing else is read.
  Status enable_down_to(int mount, int dir, std::string_view path) const;

 private:
  Result<std::vector<std::string_view>> missing(int dir) const;
  Error explain(int err, int dir, std::string_view path) const;
  std::string_view property_of(std::string_view controller) const;

  std::vector<std::string_view> names_;
  std::span<const Write> writes_;
};

// Whether the tree has the controllers of `writes`: the error that make() would report.
Status check_controllers(const Layout& layout, std::span<const Write> writes);

// Enables the controllers with counters (cpu, io, memory, pids) for the children of `dir`, even
// without limits: `events` and engines read their files, and other runtimes enable them as well.
// Errors are ignored.
void enable_counting(int dir);
// The same for `path` and all its ancestors. `dir`: `path` opened.
void enable_counting_down_to(int mount, int dir, std::string_view path);

}  // namespace oci::cgroup
