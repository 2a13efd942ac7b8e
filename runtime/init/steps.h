// The steps of init, their context and their failures.
#pragma once

#include <linux/filter.h>

#include <cstdint>

#include "runtime/init/in_root.h"
#include "runtime/wire/handover.h"
#include "runtime/wire/message.h"
#include "runtime/wire/plan.h"
#include "runtime/wire/step_times.h"

namespace oci::init {

using namespace wire;  // the contract: its names are names of this folder, too

// The failure of a step. `what` points into the plan or at a constant, so nothing is formatted
// until it is sent.
struct Fault {
  bool failed = false;
  int error = 0;  // errno. 0: `note` is the whole message
  wire::Subject subject = wire::Subject::kNone;
  uint16_t index = wire::kNoIndex;
  const char* what = "";
  const char* note = "";  // an explanation of the kernel or of init
  int32_t value = 0;      // the wait status of a hook, or a value of wire/message.h

  explicit operator bool() const { return failed; }
};

// Ok for rc >= 0. Otherwise rc is -errno.
inline Fault check(long rc, wire::Subject subject, const char* what,
                   uint16_t index = wire::kNoIndex) {
  if (rc >= 0) return {};
  return {true, static_cast<int>(-rc), subject, index, what, "", 0};
}

inline Fault refuse(const char* note, wire::Subject subject, const char* what,
                    uint16_t index = wire::kNoIndex) {
  return {true, 0, subject, index, what, note, 0};
}

// The filesystem of a mount, by statfs(2).
struct KnownFilesystem {
  uint64_t mount = 0;
  uint64_t magic = 0;  // 0: none is known
};

struct ConfigMount {
  int fd = -1;
  bool is_by_link = false;  // the path of the config is a symlink of the image
};

struct Context {
  InitPlan& plan;            // a private mapping: Vectors are relocated in place
  int report_fd;             // the reader: `create` at first, `start` later
  int root_fd = -1;          // the container's root mount, O_PATH: set by use_root()
  mutable Place root_place;  // of root_fd, once it was looked at: by place_of_root()
  mutable KnownFilesystem root_filesystem;
  mutable KnownFilesystem last_filesystem;  // of another mount
  // Mounts of the config at /proc and /sys, of any filesystem: the last ones. -1: none
  ConfigMount proc_mount = {};
  ConfigMount sys_mount = {};
  int descriptors_fd = -1;   // /proc/self/fd of the caller's procfs, for plan.mount_task
  int own_proc_fd = -1;      // the procfs of the caller, for --verify=full
  int proc_fd = -1;          // the procfs mounted at /proc by the plan: nothing can cover it
  const char* program = "";  // the program that was found in PATH
  int32_t file_kind = 0;     // of the program: wire::FileKind
  uint16_t filter_length = 0;
  bool admits = false;                 // the filter allows all later calls
  bool tells_mode = false;             // the filter allows prctl(PR_GET_SECCOMP)
  bool tells_time = false;             // the filter allows clock_gettime(2)
  bool filtered = false;               // the filter is loaded
  bool limited = false;                // the capabilities are those of the program
  int listener = -1;                   // of the filter
  wire::HandoverPage* page = nullptr;  // of this process, if it has one
  wire::StepTimes* times = nullptr;    // of a trace. Null: there is none
  uint8_t row = 0;                     // of the table of steps: the step that runs
  int callers_umask = 0;
  bool in_working_directory = false;
  bool is_user = false;  // the ids are those of process.user
};

using StepFunction = Fault (*)(Context&);

struct Step {
  const char* name;  // for the user: "container init: pivot root: ..."
  StepFunction run;
};

// step_caller.cc
Fault detach_from_caller(Context&);
// PR_SET_DUMPABLE: whether a process of the same ids may trace this one and open its descriptors.
Fault set_dumpable(bool dumpable);

// step_stage.cc
Fault join_and_clone(Context&);
Fault join_the_container(Context&);

// step_last_clone.cc
Fault map_handover(Context&);
Fault map_handover_of_clone(Context&);
void spin_until_go(const wire::HandoverPage&);
Fault clone_last(Context&);
Fault begin_session(Context&);
Fault limit_processes(Context&);
Fault await_the_runtime(Context&);

// step_namespaces.cc
Fault join(const InitPlan& plan, const Join& join);
long open_time_offsets(const InitPlan& plan);
Fault make_time_namespace(const InitPlan& plan, int offsets);
Fault enter_time_namespace(Context&);
Fault join_namespaces(Context&);
Fault enter_cgroup_namespace(Context&);
Fault make_ipc_namespace(Context&);
Fault bring_up_loopback(Context&);

// step_mounts.cc
Fault mount_all(Context&);
// Makes the filesystems that show a namespace of `types` (MountOp::shows), as seen by the caller.
// mount_all() attaches them.
Fault make_filesystems_showing(InitPlan& plan, uint64_t types);
// Makes the mount of `op` with its attributes, without attaching it.
Fault make_detached(const Context&, const MountOp& op, Fd& mount);
// Attaches it at the target, below context.root_fd. Creates missing parts of the target.
Fault attach_at_target(const Context&, const MountOp& op, int mount);

// step_mount_task.cc
Fault enter_mount_namespace(Context&);
Fault detach_from_runtime(Context&);
Fault make_added_mounts(Context&);
Fault attach_added_mounts(Context&);
Fault settle_added_mounts(Context&);
Fault find_mounts_to_remove(Context&);
Fault remove_mounts(Context&);
// Whether changing this open mount would propagate to another mount namespace: see plan.h.
Answer propagates_outside(const InitPlan& plan, int mount);
// The reason not to mount on `target`, if create would have protected a mount there. nullptr:
// allowed.
const char* protection_problem(const Context&, const MountOp& op, int target);

// step_root.cc
void use_root(Context&, long fd);
const Place& place_of_root(const Context&);
Fault chdir_to_root(const InitPlan& plan);
Fault isolate_mounts(Context&);
Fault attach_root(Context&);
Fault pivot(Context&);
Fault enter_root(Context&);

// step_devices.cc
Fault make_devices(Context&);

// locked_root.cc
Fault lock_root(Context&);

// step_masks.cc
Fault finish_root(Context&);

// step_console.cc
Fault open_console(Context&);
Fault control_terminal();  // of a session's first process

// step_kernel.cc
Fault set_names(Context&);
Fault write_sysctls(Context&);

// step_confinement.cc
Fault join_session_keyring(const InitPlan& plan);
Fault set_labels(Context&);
Fault set_labels_outside(Context&);
Fault set_personality(Context&);
Fault set_memory_policy(Context&);

// step_hooks.cc
Fault let_host_hooks_run(Context&);
Fault run_create_container_hooks(Context&);
Fault run_start_container_hooks(Context&);

// step_identity.cc
Fault make_working_directory(Context&);
Fault enter_working_directory(Context&);
Fault change_user(Context&);
Fault limit_capabilities_early(Context&);
Fault limit_capabilities_filtered(Context&);  // where the filter is loaded
Fault limit_capabilities_late(Context&);
long apply_capabilities(const CapabilitySets& sets, uint32_t last_capability);

// step_sync.cc
Fault wait_to_be_placed(Context&);
Fault wait_to_be_recorded(Context&);
Fault take_mapped_ids(Context&);
Fault report_ready(Context&);
Fault settle(Context&);
Fault wait_for_start(Context&);
Fault report_to_start(Context&);
Fault tell(int fd, const wire::Message& message);
Fault ask(int fd, wire::Type question, wire::Type answer);
void report_failure(int fd, const char* step, const Fault& fault);
const sock_filter* received_filter();

// step_seccomp.cc
Fault load_listening_seccomp(Context&);  // one with a listener
Fault load_admitting_seccomp(Context&);  // one that lets all through that is left
Fault load_seccomp(Context&);            // one that is not loaded yet
// For a startContainer hook, if `length` is not 0. -errno on failure.
long install_hook_filter(const InitPlan& plan, uint16_t length);

// step_verify.cc, step_verify_root.cc: post-conditions, as far as plan.verify asks for them.
Fault prepare_to_verify(Context&);
Fault verify_made(Context&);
Fault verify_root(Context&);
Fault verify_process(Context&);
Fault verify_descriptors(Context&);
Fault verify_filter(const Context&);

// step_exec.cc
Fault find_home(Context&);
Fault find_program(Context&);
Fault arrange_descriptors(Context&);
Fault execute(Context&);

}  // namespace oci::init
