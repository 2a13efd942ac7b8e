// The cgroup v2 directory of one container, made by mkdir and write (the cgroupfs driver).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "runtime/cgroup/layout.h"
#include "runtime/cgroup/mark.h"
#include "runtime/cgroup/v2_writes.h"
#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::cgroup {

// Everything that is needed to remove a cgroup after a crash. Stored in the state record.
struct Location {
  std::string path;      // from resolve_cgroups_path(): clean, absolute below the mount
  unsigned existed = 0;  // how many leading components existed before
  std::string owner;     // identifies one `create`, no blanks
  // The state directory of the container, so that the cgroup leads to it: the device number of the
  // file system and the path, "25:/run/oci-rt/web1".
  std::string home = {};
  // The inode of the directory, unique within a boot (kernfs). 0: unknown.
  uint64_t inode = 0;
  // Whether the container named in `mark` owns the cgroup by now. Called for marks that a container
  // could write itself. Absent: such marks are never trusted.
  bool (*is_taken_over)(const Location& location, const Mark& mark) = nullptr;
};

// Called before anything is made, with the location. Its error stops create(). Called again if a
// shared parent vanished in between.
using Remember = std::function<Status(const Location&)>;

class [[nodiscard]] Cgroup {
 public:
  // Makes the directory and its missing parents, and enables the controllers of `writes` on the way
  // down. An existing directory must have no processes and not be frozen
  // (config-linux.md#control-groups). Rolls back after an error.
  static Result<Cgroup> create(const Layout& layout, const std::string& path,
                               std::span<const Write> writes, const Remember& remember,
                               const std::string& owner = "", const std::string& home = "");

  // The same for a directory that systemd has made, and removes when it is empty: oci-rt sets only
  // its limits and kills its processes. The caller must be the process that keeps it from being
  // empty.
  static Result<Cgroup> adopt(const Layout& layout, const std::string& path,
                              std::span<const Write> writes, const std::string& owner,
                              const std::string& home = "");

  Cgroup(Cgroup&& other) noexcept;
  Cgroup& operator=(Cgroup&&) = delete;
  // As undo().
  ~Cgroup();

  // Kills the processes and removes the directories that create() made, unless keep() was called.
  // After an error, kill_and_remove() can finish the work.
  Status undo();

  // The directory: for clone3(CLONE_INTO_CGROUP), device programs and oom_kills().
  int fd() const { return fd_.get(); }
  const Location& location() const { return location_; }
  // The location for the record: a cgroup that another container made and left is then this one's
  // to remove.
  Location own_location() const;
  bool existed() const { return taken_over_; }

  // Writes in order, one write(2) a value. An error names the property.
  Status apply(std::span<const Write> writes) const;

  void keep() { kept_ = true; }

 private:
  Cgroup(Layout layout, Location location);
  Status take(bool is_made);
  Status make(int mount, std::span<const Write> writes, sys::UniqueFd existing);

  Layout layout_;
  Location location_;
  sys::UniqueFd fd_;
  bool taken_over_ = false;  // it existed, with the mark `before_`
  std::optional<Mark> before_;
  bool kept_ = false;
};

// Whether a pids.max of this cgroup or an ancestor is used up, as a reason for EAGAIN of clone3(2).
bool pids_exhausted(int cgroup_fd);

// One write(2). An error names the property.
Status apply(int cgroup_fd, const Write& write);

// The number of OOM kills in and below `cgroup_fd`, or 0 without the memory controller. An increase
// explains an init that vanished silently.
uint64_t oom_kills(int cgroup_fd);

}  // namespace oci::cgroup
