// All actions of one launch, decided beforehand as plain data: the plan of init, and beside it the
// work of its parent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/wire/host_resources.h"
#include "runtime/wire/message.h"
#include "runtime/wire/plan.h"
#include "spec/model/config.h"

namespace oci::wire {

// A namespace to open, verify (NS_GET_NSTYPE) and pass to init.
struct NamespaceFile {
  std::string path;
  uint32_t type = 0;     // CLONE_NEW*
  uint16_t index = 0;    // in linux.namespaces
  size_t fd_offset = 0;  // for LaunchPlan::set_fd
};

// The id map of a mount, passed to the kernel as a user namespace: mount_setattr(2), "ID-mapped
// mounts". It is a new one, or the one that the container joins.
struct MountIdMap {
  std::vector<spec::IdMapping> uids;  // both empty: those of the joined user namespace
  std::vector<spec::IdMapping> gids;
  uint16_t index = 0;  // in mounts: the first that needs it
};

// A detached tree that the runtime opens in its own namespaces, open_tree(OPEN_TREE_CLONE): in
// another user namespace init may have no access to the path, and in a joined mount namespace the
// path means another file.
struct Tree {
  std::string path;
  bool recursive = false;
  bool nofollow = false;         // a symlink at `path` is opened itself
  uint64_t propagation = 0;      // MS_*, of every mount in it. 0: unchanged
  Subject subject{};             // kRoot or kMountSource, for messages
  uint16_t index = 0;            // in mounts
  size_t fd_offset = 0;          // for LaunchPlan::set_fd
  std::optional<size_t> id_map;  // its index in LaunchPlan::id_maps
  bool id_map_recursive = false;
};

// A filesystem made by init with mapped ids.
struct MappedFilesystem {
  size_t id_map = 0;     // in LaunchPlan::id_maps
  size_t fd_offset = 0;  // for LaunchPlan::set_fd
};

// A device of linux.devices in a user namespace, where init may not make it. The runtime makes it,
// if it may. Otherwise init binds the host's node at the same path.
struct DeviceNode {
  std::string path;
  uint32_t mode = 0;  // S_IFCHR or S_IFBLK, and permissions
  uint32_t major = 0;
  uint32_t minor = 0;
  std::optional<uint32_t> uid;  // on the host. Absent: the runtime may not make it
  std::optional<uint32_t> gid;
  bool owner_matters = false;  // an owner other than root is requested
  uint16_t index = 0;          // in linux.devices
  size_t fd_offset = 0;        // for LaunchPlan::set_fd
};

// The process that decides system calls from outside the container.
struct SeccompAgent {
  std::string path;  // of its socket
  std::string metadata;
};

// A part of the config that is not applied as written.
struct Warning {
  std::string text;       // one line
  bool demanded = false;  // by the specification ("MUST be logged as a warning")
};

struct LaunchPlan {
  std::string block;  // the flat block of plan.h, with descriptors still -1

  // `staged` and `clone_flags` are in the block. A staged plan is cloned without namespace flags,
  // and its stage clones with them. For others, the parent clones with them.
  std::vector<NamespaceFile> joins;  // in the order of the block's joins
  std::vector<MountIdMap> id_maps;
  std::vector<Tree> trees;
  std::vector<MappedFilesystem> mapped_filesystems;
  std::vector<DeviceNode> device_nodes;

  std::vector<spec::IdMapping> uid_mappings;  // of the new user namespace; setgroups is "deny"
  std::vector<spec::IdMapping> gid_mappings;  // exactly where the block's set_groups is false
  std::optional<int> oom_score_adj;
  std::optional<spec::Scheduler> scheduler;
  std::optional<spec::IoPriority> io_priority;
  std::optional<spec::ExecCpuAffinity> exec_cpu_affinity;
  std::vector<spec::Rlimit> rlimits;
  std::vector<NetDevice> net_devices;
  std::optional<ResctrlGroup> resctrl;
  std::optional<SeccompAgent> agent;  // gets the listener of the filter
  bool makes_devices = false;         // CAP_MKNOD, which only counts in the initial user namespace
  std::vector<Warning> warnings;

  InitPlan& init() { return *reinterpret_cast<InitPlan*>(block.data()); }
  const InitPlan& init() const { return *reinterpret_cast<const InitPlan*>(block.data()); }

  // The path of the namespace of this type that the container joins. "": it joins none.
  std::string joined(uint32_t type) const;

  // Stores a descriptor of a NamespaceFile, a Tree or a DeviceNode in the block.
  void set_fd(size_t fd_offset, int fd);
};

// Whether the last clone of the plan inherits it. Otherwise it is set afterwards, and the process
// waits for that (sched(7): the reset-on-fork flag, a deadline).
bool outlives_fork(const spec::Scheduler& scheduler, const InitPlan& init);

}  // namespace oci::wire
