// The plan of the container's init: everything that the parent decided before clone().
//
// The plan is one flat block in a sealed memfd: an InitPlan, then its data, as offsets from the
// start of the block. The parent writes it with runtime/plan/block.h. Init maps it privately and
// reads it. All paths are clean and NUL-terminated. Init does not validate anything again.
#pragma once

#include <cstddef>
#include <cstdint>

namespace oci::wire {

// A NUL-terminated string of the block. at == 0: absent.
struct Text {
  uint32_t at = 0;
  explicit operator bool() const { return at != 0; }
};

// `count` consecutive T.
template <class T>
struct List {
  uint32_t at = 0;
  uint32_t count = 0;
};

// An execve(2) vector: `count` 64-bit offsets, then zeroes up to `slots` (> count). Init turns the
// offsets into pointers in place.
struct Vector {
  uint32_t at = 0;
  uint32_t count = 0;
  uint32_t slots = 0;
};

// The argument of personality(2) that only queries.
inline constexpr uint32_t kCallersPersonality = 0xffffffff;

struct Join {
  int32_t fd = -1;     // of the namespace file, opened and verified by the parent
  uint32_t type = 0;   // CLONE_NEW*
  uint16_t index = 0;  // in linux.namespaces
  uint16_t reserved = 0;
  Text path;  // for messages
};

// One fsconfig(2) call: FSCONFIG_SET_STRING, or FSCONFIG_SET_FLAG without a value.
struct Parameter {
  Text key;
  Text value;
};

// The process that makes a new one: time_namespaces(7).
enum class TimeNamespace : uint8_t {
  kNone,
  kByStage,  // for its child
  kByInit,   // for itself, as it takes privileges that only its new user namespace gives
};

enum class MountKind : uint8_t {
  kFilesystem,  // fsopen, fsconfig, fsmount
  kBind,        // open_tree(OPEN_TREE_CLONE) of `source`, or the tree of `source_fd`
  kRemount,     // changes what is mounted at `target` already
};

struct MountOp {
  MountKind kind{};
  bool recursive = false;        // rbind
  bool source_in_root = false;   // kBind: `source` is `rootfs` or lies below it
  bool source_nofollow = false;  // kBind: a `source` that is a symlink is bound itself
  bool copy_symlink = false;     // kBind: such a source is made anew at `target`, and nothing bound
  bool target_nofollow = false;  // kBind: on a `target` that is a symlink itself
  bool copy_up = false;          // tmpcopyup: begins as a copy of the directory below
  bool mode_of_target = false;   // tmpfs: its root has the mode of a directory that was there
  bool target_is_plain = false;  // proc, sysfs: no component of the target may be a symlink
  bool allowed_on_proc = false;  // the target may lie in a procfs (CVE-2019-16884)
  bool readonly_late = false;    // tmpfs: mounts and devices are put into it first
  bool readonly_stays = false;   // kBind: nothing in the container can clear `ro`
  bool propagation_recursive = false;
  uint16_t index = 0;          // in mounts
  Text target;                 // absolute, in the container
  Text source;                 // kBind: a path of the host's. kFilesystem: the "source" key
  int32_t source_fd = -1;      // kBind: a detached tree from the parent, for user namespaces.
                               // readonly_late, `shows`: the mount, once it is made
  int32_t id_map_fd = -1;      // kFilesystem: a user namespace whose maps it gets
  Text type;                   // kFilesystem
  List<Parameter> parameters;  // kFilesystem, kRemount
  Text label;                  // kFilesystem: SELinux's, where it is an attribute of the root
  List<Parameter> layers;      // kFilesystem: in place of the parameter "lowerdir", Linux 6.8
  bool by_page = false;        // kFilesystem: too long for fsconfig(2); also where `layers` fails
  uint64_t attr_set = 0;       // MOUNT_ATTR_*, on this mount alone
  uint64_t attr_clear = 0;
  uint64_t tree_set = 0;  // MOUNT_ATTR_*, AT_RECURSIVE
  uint64_t tree_clear = 0;
  uint64_t propagation = 0;  // MS_SHARED, MS_SLAVE, MS_PRIVATE or MS_UNBINDABLE. 0: unchanged
  uint64_t shows = 0;  // kFilesystem: CLONE_NEW* of a joined namespace that it shows, where init
                       // has another user namespace than the runtime
};

// The place where the root is attached: see step_root.cc.
enum class RootPlace : uint8_t {
  kOwnPath,           // `rootfs`, which init can walk to
  kWorkingDirectory,  // the same: only the stage can walk there, and clones init from there
  kAmongOthers,       // `rootfs` in a shared mount namespace: entered with chroot(2)
};

// `exec` plans without a program change the mounts of a running container.
enum class MountTask : uint8_t {
  kNone,
  kAdd,     // makes `mounts` in the namespace init comes from, attaches them in the container
  kRemove,  // removes the mount at the target of each of `mounts`
};

// How much init reads back before a program may run: step_verify.cc.
enum class Verify : uint8_t {
  kFast,  // the process: a few system calls
  kFull,  // also its namespaces, descriptors, root, mounts, paths and devices
  kOff,
};

// Verify::kFull: the namespace of one type that init must be in.
struct ExpectedNamespace {
  uint64_t inode = 0;  // 0: the kernel has no such type
  uint32_t device_major = 0;
  uint32_t device_minor = 0;
  bool is_new = false;  // must differ from this one
};
inline constexpr int kNamespaceTypes = 8;

struct DeviceOp {
  Text path;          // absolute, in the container
  uint32_t mode = 0;  // S_IFCHR, S_IFBLK or S_IFIFO, and permissions
  uint32_t major = 0;
  uint32_t minor = 0;
  uint32_t uid = 0;
  uint32_t gid = 0;
  uint16_t index = 0;  // in linux.devices; kNoIndex: a default device
  bool bind = false;   // in a user namespace: bind `source_fd`, or the host's node of the same path
  int32_t source_fd = -1;        // a detached mount of the node, from the parent
  bool parent_is_plain = false;  // no component of its directory may be a symlink
};

struct LinkOp {
  Text path;  // absolute, in the container
  Text target;
  bool replace = false;  // replaces an existing file (/dev/ptmx)
};

struct PathOp {
  Text path;
  uint16_t index = 0;
};

struct SysctlOp {
  Text path;  // below /proc/sys: "net/ipv4/ip_forward"
  Text key;   // as written, for messages
  Text value;
};

struct HookOp {
  Text path;
  Vector args;
  Vector env;            // no slots: that of the process
  uint32_t timeout = 0;  // seconds. 0: none
  uint16_t index = 0;
};

// The state on the standard input of a hook: head, init's pid in decimal, tail.
struct StateText {
  Text head;
  Text tail;
};

// A limit that is lowered last. Until then it is `meanwhile`. 0: no limit to set.
struct LateLimit {
  uint64_t soft = 0;
  uint64_t hard = 0;
  uint64_t meanwhile = 0;
};

struct CapabilitySets {
  uint64_t bounding = 0;
  uint64_t effective = 0;
  uint64_t inheritable = 0;
  uint64_t permitted = 0;
  uint64_t ambient = 0;
};

struct InitPlan {
  uint32_t size = 0;  // of the whole block

  // Descriptors, filled in by launch.
  int32_t sync_fd = -1;
  int32_t gate_fd = -1;      // a fifo: a byte in it starts the container
  int32_t verdict_fd = -1;   // a fifo: the result of execve for `start`, closed on success
  int32_t handover_fd = -1;  // a HandoverPage, if the filter has a listener; of `exec`: kPages
  int32_t times_fd = -1;     // a StepTimes, for a trace
  uint64_t open_files = 0;   // RLIMIT_NOFILE of the runtime, soft. 0: unknown. Not of `exec`
  List<int32_t> preserved;   // stay open in the program
  LateLimit file_limit;      // RLIMIT_NOFILE, where init could not work under it
  LateLimit process_limit;   // RLIMIT_NPROC, where the stage counts as well

  // exec: the program joins a container instead of creating one. Fields about creating a container
  // are absent then.
  bool exec = false;
  // A child with nothing else to do enters the joined pid namespace. Otherwise a staged plan joins
  // it.
  bool clones_last = false;
  bool waits = false;             // that child waits until the runtime is done with it
  bool callers_terminal = false;  // the caller has a controlling one
  uint64_t ignored_signals = 0;   // bit N - 1: signal N, which execve(2) does not reset
  bool keep_affinity = false;     // process.execCPUAffinity says on which CPUs it runs
  MountTask mount_task{};
  Verify verify{};
  ExpectedNamespace namespaces[kNamespaceTypes];  // of kFull, by launch: namespaces.h
#ifdef OCI_RT_SKIP_STEPS
  Text skipped_step;  // init skips this step, for a test of `verify`
#endif
  int32_t member_fd = -1;         // a pidfd of the container's init
  int32_t member_user_fd = -1;    // the container's user namespace, if its init has left that
  int32_t pid_namespace_fd = -1;  // for a procfs that must show another one than our own
  int32_t root_fd = -1;           // its root, if that is not the root of its mount namespace
  // CLONE_NEW* types that it joins, if they differ from ours. After launch only these remain.
  uint64_t member_types = 0;
  // Ids of mounts (proc_pid_mountinfo(5)) that propagate to another mount namespace: a new mount on
  // one of them (kAdd), or the removal of one (kRemove).
  List<uint64_t> outward_mounts;

  // Namespaces. `staged`: this process joins, then clones the real init with `clone_flags`.
  bool staged = false;
  bool new_user_namespace = false;
  bool new_cgroup_namespace = false;
  bool new_ipc_namespace = false;      // made in the container's user namespace, by init
  bool new_network_namespace = false;  // its loopback device is brought up
  TimeNamespace time_namespace = TimeNamespace::kNone;
  uint64_t clone_flags = 0;  // CLONE_NEW*, without those that init makes itself
  List<Join> joins;
  Text time_offsets;         // for /proc/self/timens_offsets, whole
  uint64_t mounts_show = 0;  // MountOp::shows of them all

  // Root.
  Text rootfs;             // absolute path on the host
  int32_t rootfs_fd = -1;  // a detached tree from the parent, for user namespaces
  RootPlace root_place{};
  bool root_readonly = false;
  bool no_pivot = false;
  bool propagation_recursive = false;
  bool recursive_sources = false;  // init itself clones a tree of the host for a mount
  uint64_t propagation = 0;        // MS_*, of "/" in the container. 0: the default, MS_SLAVE
  uint64_t hosts_propagation = 0;  // MS_*, of the host's mounts as init sees them. 0: unchanged

  bool readonly_stays = false;  // of a mount at least, or of the root if it is readonly
  List<MountOp> mounts;
  List<DeviceOp> devices;
  List<LinkOp> links;
  List<PathOp> readonly_paths;
  List<PathOp> masked_paths;
  List<SysctlOp> sysctls;

  Text hostname;
  Text domainname;

  uint16_t rows = 0;  // of the terminal. 0: unchanged
  uint16_t columns = 0;
  bool terminal = false;

  bool host_hooks = false;   // prestart, createRuntime or network devices: ask the parent
  bool hooks_enter = false;  // while they run, the caller's user may open our namespaces
  bool new_keyring = false;  // false: keep the caller's session keyring
  List<HookOp> create_container_hooks;
  List<HookOp> start_container_hooks;
  StateText creating_state;
  StateText created_state;

  Text apparmor_command;  // "exec PROFILE", for attr/apparmor/exec
  Text selinux_label;     // for attr/exec and the keyring
  uint32_t personality = kCallersPersonality;
  int32_t memory_policy = -1;  // MPOL_* | MPOL_F_*; -1: leave the caller's
  List<uint64_t> memory_nodes;

  uint32_t uid = 0;
  uint32_t gid = 0;
  bool has_ids = false;      // root's, and init has no others: nothing changes them
  bool keep_groups = false;  // keep the caller's groups
  bool set_groups = false;   // false: setgroups(2) is denied in the user namespace and not needed
  bool may_deny_groups = false;  // the joined user namespace may deny it
  bool leave_groups = false;     // leave the caller's groups before joining
  bool no_new_privileges = false;
  List<uint32_t> groups;
  int32_t umask = -1;  // -1: leave the caller's
  CapabilitySets capabilities;
  uint32_t last_capability = 0;     // the kernel's highest
  bool seccomp = false;             // a filter comes with kProceed
  bool listener_traceable = false;  // by a runtime without CAP_SYS_PTRACE
  bool find_home = false;           // HOME from the container's /etc/passwd
  uint32_t seccomp_flags = 0;       // SECCOMP_FILTER_FLAG_*, NEW_LISTENER if an action is to notify

  Text cwd;
  Vector args;
  Vector env;             // two spare slots: HOME may be added
  List<Text> candidates;  // where args[0] may be, in the order of PATH

  const char* text(Text text) const {
    return base() + text.at;
  }

  template <class T>
  T* begin(List<T> list) {
    return reinterpret_cast<T*>(reinterpret_cast<char*>(this) + list.at);
  }
  template <class T>
  const T* begin(List<T> list) const {
    return reinterpret_cast<const T*>(base() + list.at);
  }
  template <class T>
  const T* end(List<T> list) const {
    return begin(list) + list.count;
  }

 private:
  const char* base() const {
    return reinterpret_cast<const char*>(this);
  }
};

}  // namespace oci::wire
