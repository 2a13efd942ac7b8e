// The whole plan of a container: all that `create` does, decided beforehand as plain data.
//
// Pure: nothing is touched and nothing is read but the arguments.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/init/plan.h"
#include "runtime/plan/host.h"
#include "runtime/sync/message.h"
#include "spec/error.h"
#include "spec/model/config.h"

namespace oci::plan {

// What the command line and the lifecycle add to a config.
struct Request {
  std::string id;
  std::string bundle;           // absolute
  bool detached = true;         // false: foreground `run`, which can relay a terminal itself
  bool console_socket = false;  // --console-socket was given
  bool no_pivot = false;
  bool no_new_keyring = false;
  bool without_device_rules = false;      // those of the config are applied by no program
  init::Verify verify{};                  // of `create` and `exec`, not of `mounts`
  std::vector<int32_t> preserved;         // stay open, those of LISTEN_FDS included
  std::optional<uint32_t> callers_umask;  // absent: the runtime's own, which init inherits
  std::optional<int> listen_fds;          // LISTEN_FDS of the runtime's own environment, > 0
  std::string listen_names;               // LISTEN_FDNAMES beside it; "": none
  // The state on a hook's standard input, cut where init's pid goes; used where hooks exist.
  std::string creating_head, creating_tail;      // createContainer: status "creating"
  std::string created_head, created_tail;        // startContainer: status "created"
  std::vector<std::string> callers_environment;  // of createContainer hooks without their own
};

// A namespace to open, verify (NS_GET_NSTYPE) and hand to init.
struct NamespaceFile {
  std::string path;
  uint32_t type = 0;     // CLONE_NEW*
  uint16_t index = 0;    // in linux.namespaces
  size_t fd_offset = 0;  // for Plan::set_fd
};

// The ids of a mount, which the kernel takes as a user namespace: mount_setattr(2), "ID-mapped
// mounts". One is made for them; or it is the one that the container joins.
struct MountIdMap {
  std::vector<spec::IdMapping> uids;  // both empty: of the joined user namespace
  std::vector<spec::IdMapping> gids;
  uint16_t index = 0;  // in mounts: the first that asks for it
};

// A detached tree to open, open_tree(OPEN_TREE_CLONE), in the runtime's own namespaces: where init
// has another user namespace it may not reach the path, and where it has joined a mount namespace
// the path means something else.
struct Tree {
  std::string path;
  bool recursive = false;
  bool nofollow = false;         // a symlink at `path` is taken itself
  uint64_t propagation = 0;      // MS_*, of every mount in it; 0: as it is
  sync::Subject subject{};       // kRoot or kMountSource, for messages
  uint16_t index = 0;            // in mounts
  size_t fd_offset = 0;          // for Plan::set_fd
  std::optional<size_t> id_map;  // which of Plan::id_maps it gets
  bool id_map_recursive = false;
};

// A filesystem that init makes, and that is to have mapped ids.
struct MappedFilesystem {
  size_t id_map = 0;     // in Plan::id_maps
  size_t fd_offset = 0;  // for Plan::set_fd
};

// A device of linux.devices in a user namespace, where init may not make it. The runtime makes it
// for init where it may, and otherwise init binds the host's node of the same path.
struct DeviceNode {
  std::string path;
  uint32_t mode = 0;  // S_IFCHR or S_IFBLK, and permissions
  uint32_t major = 0;
  uint32_t minor = 0;
  std::optional<uint32_t> uid;  // on the host; absent: the runtime may not make it
  std::optional<uint32_t> gid;
  bool owner_matters = false;  // another than root is asked for
  uint16_t index = 0;          // in linux.devices
  size_t fd_offset = 0;        // for Plan::set_fd
};

struct Plan {
  std::string block;  // the flat block of runtime/init/plan.h, descriptors still -1

  // `staged` and `clone_flags` are in the block: a staged plan is cloned without any flag of a
  // namespace, and its stage clones with them; any other is cloned with them by the parent.
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
  bool makes_devices = false;         // CAP_MKNOD, which counts in the initial user namespace alone
  std::vector<std::string> warnings;  // one line each, for the log
  std::vector<std::string> demanded_warnings;  // which the specification says MUST be logged

  init::Plan& init() { return *reinterpret_cast<init::Plan*>(block.data()); }
  const init::Plan& init() const { return *reinterpret_cast<const init::Plan*>(block.data()); }

  // Stores a descriptor of a NamespaceFile, a Tree or a DeviceNode in the block.
  void set_fd(size_t fd_offset, int fd);
};

// `config` has passed spec/validate. Errors name the property, as "mounts[2].options[1]: ...".
Result<Plan> make_plan(const spec::Config& config, const Host& host, const Request& request);

// The facts about a running container, beside its config, that a change of its mounts needs.
struct Member {
  std::string user_namespace;           // a path, for mounts with its ids
  std::vector<uint64_t> shown_outside;  // see runtime/init/plan.h
};

// The plan to put config.mounts into the running container that the rest of `config` made.
Result<Plan> make_add_mounts_plan(const spec::Config& config, const Host& host,
                                  const Request& request, const Member& member);

// ... and to take away the mounts at the destinations of config.mounts.
Result<Plan> make_remove_mounts_plan(const spec::Config& config, const Host& host,
                                     const Request& request, const Member& member);

// Whether the last clone of the plan passes it on. Else it is set afterwards, and the process waits
// for that (sched(7): the reset-on-fork flag; a deadline).
bool outlives_fork(const spec::Scheduler& scheduler, const init::Plan& block);

// The plan of one more process, config.process, for the running container that `config` made.
Result<Plan> make_exec_plan(const spec::Config& config, const Host& host, const Request& request);

}  // namespace oci::plan
