// The child half of `create`, `start` and `exec`: everything between clone3(2) and execve(2), in
// order.
//
// A small program of its own, without libc. oci-rt embeds its bytes, writes them into a sealed
// memfd and executes that on the way into the container, so the runtime itself is never within the
// container's reach (CVE-2019-5736). README.md has the rules of this folder.
#include <linux/close_range.h>
#include <linux/fcntl.h>

#include "runtime/init/stack_guard.h"
#include "runtime/init/step_times.h"
#include "runtime/init/steps.h"
#include "runtime/init/text.h"
#include "runtime/wire/plan_address.h"
#include "runtime/wire/syscall.h"

namespace oci::init {
namespace {

// The security of the container depends on this order. A comment names the steps that a step must
// come after or before.
// clang-format off
constexpr Step kSteps[] = {
    {"verify", prepare_to_verify},
    {"join namespaces", join_and_clone},  // staged only: the child continues
    {"wait to be placed", wait_to_be_placed},  // until the id maps are written
    {"enter time namespace", enter_time_namespace},  // in the user namespace that is to own it
    {"take mapped ids", take_mapped_ids},
    {"leave the runtime", detach_from_caller},   // after the ids: changing them resets dumpable
    {"join namespaces", join_namespaces},
    {"enter cgroup namespace", enter_cgroup_namespace},  // clone3 has put us into the cgroup
    {"make ipc namespace", make_ipc_namespace},  // as root of the user namespace
    {"bring up loopback", bring_up_loopback},
    {"isolate mounts", isolate_mounts},  // before any mount, or the host sees it
    {"attach root", attach_root},
    {"mount", mount_all},
    {"make devices", make_devices},  // after the mounts: /dev is one of them
    {"open console", open_console},  // after the mounts: its devpts is one of them
    {"set names", set_names},
    {"verify", verify_made},         // before the hooks, which may change it
    {"run hooks", let_host_hooks_run},  // after the mounts, before the pivot (runtime.md)
    {"set sysctl", write_sysctls},   // of devices that came by then, before /proc/sys is read-only
    {"run createContainer hook", run_create_container_hooks},  // paths are still the host's
    {"set labels", set_labels},      // after these hooks' execve, before /proc is masked
    {"make working directory", make_working_directory},  // before the root is read-only
    {"finish root", finish_root},    // after the hooks, which may add to the root
    {"lock root", lock_root},        // after all changes to the root
    {"pivot root", pivot},           // from here on no path leads to the host
    {"verify", verify_root},         // before privileges are given up
    {"report ready", report_ready},  // the parent sets rlimits now: none could hinder the above
    {"enter working directory", enter_working_directory},  // looked up anew: masks hold for it
    {"change user", change_user},
    {"enter working directory", enter_working_directory},  // where root is refused: as the user
    {"limit capabilities", limit_capabilities_early},
    {"find home", find_home},        // as the user: the image decides what its passwd is
    {"find program", find_program},  // as the user: a missing program fails `create`
    {"set personality", set_personality},
    {"set memory policy", set_memory_policy},  // late: init's own pages lie where they fell
    {"verify", verify_process},      // before a filter, and before the last clone
    // Where a pid namespace is joined, its processes may trace what comes into it: see kExecSteps.
    {"map handover", map_handover_of_clone},
    {"load seccomp", load_admitting_seccomp},
    {"limit capabilities", limit_capabilities_filtered},
    {"join namespaces", clone_last},
    {"begin session", begin_session},
    {"limit processes", limit_processes},
    {"wait to be recorded", wait_to_be_recorded},
    {"settle", settle},              // last word to `create`
    {"load seccomp", load_listening_seccomp},  // so that it has its agent, as with runc and crun
    {"wait for start", wait_for_start},
    {"run startContainer hook", run_start_container_hooks},
    {"arrange descriptors", arrange_descriptors},
    {"verify", verify_descriptors},
    {"load seccomp", load_seccomp},  // last: everything after it is subject to it
    {"limit capabilities", limit_capabilities_late},  // loading took CAP_SYS_ADMIN
    {"execute", execute},
};

// The steps of `exec`, for a program that joins a container. Processes in the container may have
// CAP_SYS_PTRACE and seize any process that enters their pid namespace. So all the work is done
// outside of it, in the other namespaces of the container. At the end this process has the rights
// of the program and no others. Its child is the first process that they can see. The child has
// almost no work left, and needs no privilege for it.
constexpr Step kExecSteps[] = {
    {"verify", prepare_to_verify},
    {"set labels", set_labels_outside},  // the container controls its own procfs
    {"join namespaces", join_the_container},
    {"take mapped ids", take_mapped_ids},
    {"leave the runtime", detach_from_caller},
    {"enter root", enter_root},
    {"open console", open_console},
    {"report ready", report_ready},
    {"enter working directory", enter_working_directory},
    {"change user", change_user},
    {"enter working directory", enter_working_directory},
    {"limit capabilities", limit_capabilities_early},
    {"find home", find_home},
    {"find program", find_program},
    {"set personality", set_personality},
    {"set memory policy", set_memory_policy},
    {"verify", verify_process},
    {"settle", settle},
    {"turn to the verdict", report_to_start},  // no other process decides when it starts
    {"map handover", map_handover_of_clone},
    {"arrange descriptors", arrange_descriptors},
    {"verify", verify_descriptors},
    {"load seccomp", load_admitting_seccomp},  // if it allows the calls below
    {"limit capabilities", limit_capabilities_filtered},
    {"join namespaces", clone_last},  // its child continues, and others may trace that
    {"begin session", begin_session},  // with the numbers of the pid namespace
    {"limit processes", limit_processes},  // of the user, which the stage counts for
    {"load seccomp", load_seccomp},  // if it would have refused one of these
    {"limit capabilities", limit_capabilities_late},
    {"wait for the runtime", await_the_runtime},
    {"execute", execute},
};

// The steps of `mounts add`, which adds mounts to a running container. The sources and the devices
// or layers of filesystems are paths of the caller. A filesystem shows namespaces of the container
// (its network, its processes). So init joins the other namespaces first, makes the mounts, and
// then joins the mount namespace.
constexpr Step kAddMountsSteps[] = {
    {"join namespaces", join_and_clone},  // its child does the rest, in mounts of its own
    {"wait to be placed", wait_to_be_placed},
    {"take mapped ids", take_mapped_ids},
    {"leave the runtime", detach_from_caller},
    {"isolate mounts", isolate_mounts},  // some are attached at first: no other process sees them
    {"mount", make_added_mounts},  // detached: a failure leaves nothing behind
    {"go on alone", detach_from_runtime},        // before anything of the container changes
    {"enter mount namespace", enter_mount_namespace},
    {"enter root", enter_root},
    {"report ready", report_ready},
    {"mount", attach_added_mounts},  // all, or they are rolled back
    {"settle", settle_added_mounts},  // a failed report rolls them back, too
};

// The steps of `mounts remove`.
constexpr Step kRemoveMountsSteps[] = {
    {"join namespaces", join_and_clone},
    {"wait to be placed", wait_to_be_placed},
    {"take mapped ids", take_mapped_ids},
    {"leave the runtime", detach_from_caller},
    {"go on alone", detach_from_runtime},
    {"enter mount namespace", enter_mount_namespace},
    {"enter root", enter_root},
    {"unmount", find_mounts_to_remove},  // all that can fail
    {"report ready", report_ready},
    {"unmount", remove_mounts},
    {"settle", settle},
};
// clang-format on

[[noreturn]] void leave(int code) {
  for (;;)
    sys(__NR_exit_group, code);
}

template <size_t N>
void run_steps(Context& context, const Step (&steps)[N]) {
  static_assert(N < wire::kMostSteps);
  for (const Step& step : steps) {
    context.row = static_cast<uint8_t>(&step - steps);
    if (context.times != nullptr) note_time(context, context.row);
#ifdef OCI_RT_SKIP_STEPS  // -Dskip_steps=true: conformance/product/mutation/skip_steps
    if (equal(step.name, context.plan.text(context.plan.skipped_step))) continue;
#endif
    if (const Fault fault = step.run(context)) {
      report_failure(context.report_fd, step.name, fault);
      leave(1);
    }
  }
}

}  // namespace

[[noreturn]] void run() {
  // Close-on-exec first: whatever happens, no program inherits a descriptor by accident.
  if (sys(__NR_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC) < 0) leave(1);
  // NOLINTNEXTLINE(performance-no-int-to-ptr): a segment of this program
  InitPlan* const plan = reinterpret_cast<InitPlan*>(kPlanAddress);
  Context context{.plan = *plan, .report_fd = plan->sync_fd};
  if (plan->times_fd >= 0) map_times(context);
  if (plan->mount_task == MountTask::kAdd) {
    run_steps(context, kAddMountsSteps);
  } else if (plan->mount_task == MountTask::kRemove) {
    run_steps(context, kRemoveMountsSteps);
  } else if (plan->exec) {
    run_steps(context, kExecSteps);
  } else {
    run_steps(context, kSteps);
  }
  leave(1);
}

}  // namespace oci::init

// The kernel enters with argc and argv on the stack.
#if defined(__x86_64__)
__asm__(
    ".globl _start\n_start:\n endbr64\n xor %ebp, %ebp\n mov (%rsp), %edi\n lea 8(%rsp), %rsi\n"
    " and $-16, %rsp\n call init_main\n ud2\n");
#elif defined(__aarch64__)
__asm__(
    ".globl _start\n_start:\n mov x29, #0\n ldr w0, [sp]\n add x1, sp, #8\n"
    " bl init_main\n brk #0\n");
#endif

extern "C" [[noreturn]] void init_main(int argc, char** argv);
extern "C" [[noreturn]] void init_main(int argc, char** argv) {
  oci::init::guard_stack(argc, argv);  // never returns to a function with the old guard
  oci::init::run();
}
