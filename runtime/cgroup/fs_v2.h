// One container's directory in the cgroup v2 tree, made by mkdir and write (the cgroupfs driver).
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

// All that is needed to remove a cgroup after a crash; goes into the state record.
struct Location {
  std::string path;      // from place(): clean, absolute below the mount
  unsigned existed = 0;  // how many leading components of it were there before
  std::string owner;     // names this one `create` for good; no blanks
  // Where the container is remembered, so that it can be found from its cgroup: the number of the
  // file system's device, and the path, "25:/run/oci-rt/web1".
  std::string home = {};
  // Of the directory; it comes but once in a boot (kernfs). 0: not known yet, or to nobody.
  uint64_t inode = 0;
  // Whether the cgroup is by now that of the container which `mark` names. Asked for a mark that
  // the container itself may have written. Absent: no such mark is believed.
  bool (*is_taken_over)(const Location& location, const Mark& mark) = nullptr;
};

// Called before anything is made, with what is about to be made; its error stops create(). It is
// called again if a parent that other containers share vanished in between.
using Remember = std::function<Status(const Location&)>;

class [[nodiscard]] Cgroup {
 public:
  // Makes the directory and its missing parents, with the controllers of `writes` enabled on the
  // way down. A directory that exists already must hold no process and not be frozen
  // (config-linux.md#control-groups). Nothing is left behind by an error.
  static Result<Cgroup> create(const Layout& layout, const std::string& path,
                               std::span<const Write> writes, const Remember& remember,
                               const std::string& owner = "", const std::string& home = "");

  // The same for a directory that systemd has made, and removes once nothing is in it any more:
  // only its limits and its end are ours. Called by the process that keeps it from being empty.
  static Result<Cgroup> adopt(const Layout& layout, const std::string& path,
                              std::span<const Write> writes, const std::string& owner,
                              const std::string& home = "");

  Cgroup(Cgroup&& other) noexcept;
  Cgroup& operator=(Cgroup&&) = delete;
  // As undo().
  ~Cgroup();

  // Kills what is inside and removes what create() made, unless keep() was called. After an error
  // kill_and_remove() finishes it.
  Status undo();

  // The directory: for clone3(CLONE_INTO_CGROUP), for device programs, for oom_kills().
  int fd() const { return fd_.get(); }
  const Location& location() const { return location_; }
  // The same for who keeps it: one that another container made and left is then this one's.
  Location own_location() const;
  bool existed() const { return taken_over_; }

  // Writes in order, one write(2) a value; an error names the property.
  Status apply(std::span<const Write> writes) const;

  void keep() { kept_ = true; }

 private:
  Cgroup(Layout layout, Location location);
  Status take(bool is_made);
  Status make(int mount, std::span<const Write> writes, sys::UniqueFd existing);

  Layout layout_;
  Location location_;
  sys::UniqueFd fd_;
  bool taken_over_ = false;  // it was there, and was `before_`'s
  std::optional<Mark> before_;
  bool kept_ = false;
};

// Whether a limit on processes, this cgroup's or one's above it, is used up: why clone3(2) may have
// said EAGAIN.
bool pids_exhausted(int cgroup_fd);

// One write(2); an error names the property.
Status apply(int cgroup_fd, const Write& write);

// How often the kernel killed something below `cgroup_fd` for memory; 0 where the memory
// controller is elsewhere. A rise explains an init that vanished without a word.
uint64_t oom_kills(int cgroup_fd);

}  // namespace oci::cgroup
