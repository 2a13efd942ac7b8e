// `mounts add` and `mounts remove`: changes the mounts of a running container.
//
// The container keeps running whatever happens here, so this is a transaction. Everything that can
// fail without the container is done before its mount namespace is entered. After that only SIGKILL
// can end this process, and killing the runtime does not. Work that has begun is completed or
// rolled back. It is complete once the runtime is told: writing to a socket without a reader fails.
//
// This process joins the container's pid namespace only if it makes a procfs that must show it. So
// otherwise no process in the container can see or kill it.
#include <linux/fcntl.h>
#include <linux/magic.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/prctl.h>

#include "runtime/init/in_root.h"
#include "runtime/init/locked_mounts.h"
#include "runtime/init/made_log.h"
#include "runtime/init/mount_api.h"
#include "runtime/init/steps.h"
#include "runtime/init/text.h"

namespace oci::init {
namespace {

using wire::Subject;

constexpr long kEnoent = -2, kEagain = -11, kEbusy = -16, kEnotdir = -20, kEinval = -22,
               kEloop = -40;
constexpr int kMntDetach = 2, kMntExpire = 4;  // MNT_*, which only libc's header has

// umount2(2) requires a path. The path of the descriptor, in a procfs outside of the container,
// leads to exactly this mount, whatever is at its place by now.
long unmount(const Context& context, int mount, int flags) {
  const long rc = sys(__NR_fchdir, context.descriptors_fd);
  if (rc < 0) return rc;
  char name[16];
  append_number(name, name + sizeof name, static_cast<unsigned>(mount));
  return sys(__NR_umount2, name, flags);
}

}  // namespace

Answer propagates_outside(const InitPlan& plan, int mount) {
  if (plan.outward_mounts.count == 0) return Answer::kNo;
  const uint64_t id = mount_id(mount);
  if (id == 0) return Answer::kUnknown;
  for (const uint64_t* at = plan.begin(plan.outward_mounts); at != plan.end(plan.outward_mounts);
       ++at) {
    if (*at == id) return Answer::kYes;
  }
  return Answer::kNo;
}

namespace {

// Whether a mount that create made is at `path`: `is_it` checks the topmost mount there.
template <class IsIt>
Answer is_at(const Context& context, const char* path, IsIt is_it) {
  const Fd found(open_in_root(context.root_fd, path, O_PATH, Links::kFollowInside));
  // The container may have moved it.
  const bool leads_nowhere =
      found.get() == kEnoent || found.get() == kEnotdir || found.get() == kEloop;
  if (leads_nowhere) return Answer::kNo;
  if (!found.ok()) return Answer::kUnknown;
  const Answer is_top = is_root_of_mount(found.get());
  return is_top == Answer::kYes ? is_it(found.get()) : is_top;
}

// The same for a list of paths.
template <class IsIt>
Answer finds(const Context& context, List<PathOp> paths, IsIt is_it) {
  const InitPlan& plan = context.plan;
  for (const PathOp* op = plan.begin(paths); op != plan.end(paths); ++op) {
    const Answer found = is_at(context, plan.text(op->path), is_it);
    if (found != Answer::kNo) return found;
  }
  return Answer::kNo;
}

constexpr char kUnseen[] = "may be protected: it cannot be looked at; see statx(2), openat2(2)";

// nullptr for kNo. `why` for kYes. Otherwise a text that it is unknown.
const char* reason(Answer answer, const char* why) {
  if (answer == Answer::kNo) return nullptr;
  return answer == Answer::kYes ? why : kUnseen;
}

}  // namespace

const char* protection_problem(const Context& context, const MountOp& op, int target) {
  const InitPlan& plan = context.plan;
  if (plan.mount_task != MountTask::kAdd) return nullptr;
  const auto lies_in = [target](int found) { return same_mount(found, target); };
  const Answer is_masked = finds(context, plan.masked_paths, lies_in);
  const bool readonly = ((op.attr_set | op.tree_set) & MOUNT_ATTR_RDONLY) != 0;
  if (is_masked != Answer::kNo || readonly)
    return reason(is_masked, "linux.maskedPaths hides it; name another place");
  return reason(finds(context, plan.readonly_paths, lies_in),
                "linux.readonlyPaths protects it; add the option ro");
}

Fault detach_from_runtime(Context& context) {
  const uint64_t all_signals = ~uint64_t{0};
  sys(__NR_rt_sigprocmask, SIG_SETMASK, &all_signals, nullptr, sizeof all_signals);
  const long untied = sys(__NR_prctl, PR_SET_PDEATHSIG, 0, 0, 0, 0);
  if (Fault fault = check(untied, Subject::kNone, "prctl(PR_SET_PDEATHSIG)")) return fault;
  const long fd = sys(__NR_openat, AT_FDCWD, "/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (Fault fault = check(fd, Subject::kNone, "/proc/self/fd")) return fault;
  context.descriptors_fd = static_cast<int>(fd);
  if (filesystem_of(context.descriptors_fd) == PROC_SUPER_MAGIC) return {};
  return refuse("is not of a procfs", Subject::kNone, "/proc/self/fd");
}

Fault enter_mount_namespace(Context& context) {
  const InitPlan& plan = context.plan;
  const Fd member(plan.member_fd);
  const long rc = sys(__NR_setns, member.get(), CLONE_NEWNS);
  return check(rc, Subject::kNamespace, "the container's");
}

namespace {

Fault make(const Context& context, MountOp& op) {
  Fd mount;
  if (Fault fault = make_detached(context, op, mount)) return fault;
  op.source_fd = mount.release();
  return {};
}

}  // namespace

// Except those with a source in the container's root: its own mounts count there, as with create.
Fault make_added_mounts(Context& context) {
  const Fd root(sys(__NR_openat, AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (Fault fault = check(root.get(), Subject::kNone, "/")) return fault;
  use_root(context, root.get());
  InitPlan& plan = context.plan;
  if (Fault fault = lock_readonly_mounts(plan, context.root_fd)) return fault;
  for (MountOp* op = plan.begin(plan.mounts); op != plan.end(plan.mounts); ++op) {
    if (op->source_in_root) continue;
    if (Fault fault = make(context, *op)) return fault;
  }
  use_root(context, -1);
  return {};
}

namespace {

// After all mounts, because later ones and their targets may lie in earlier ones.
Fault make_late_readonly(const InitPlan& plan) {
  for (const MountOp* op = plan.begin(plan.mounts); op != plan.end(plan.mounts); ++op) {
    if (!op->readonly_late) continue;
    mount_attr attributes = {};
    attributes.attr_set = MOUNT_ATTR_RDONLY;
    const long rc = set_attributes(op->source_fd, attributes, false);
    if (Fault fault = check(rc, Subject::kMountOptions, plan.text(op->target), op->index)) {
      return fault;
    }
  }
  return {};
}

Fault attach_all(const Context& context) {
  InitPlan& plan = context.plan;
  for (MountOp* op = plan.begin(plan.mounts); op != plan.end(plan.mounts); ++op) {
    if (op->source_in_root) {
      if (Fault fault = make(context, *op)) return fault;
    }
    if (Fault fault = attach_at_target(context, *op, op->source_fd)) return fault;
  }
  return make_late_readonly(plan);
}

// EINVAL: mounts that are not attached yet.
void roll_back(const Context& context) {
  const InitPlan& plan = context.plan;
  const MountOp* const first = plan.begin(plan.mounts);
  for (const MountOp* op = plan.end(plan.mounts); op != first;)
    (void)unmount(context, (--op)->source_fd, kMntDetach);
  remove_made();
}

}  // namespace

Fault attach_added_mounts(Context& context) {
  keep_made_log();
  const Fault fault = attach_all(context);
  if (fault) roll_back(context);
  return fault;
}

Fault settle_added_mounts(Context& context) {
  const Fault fault = settle(context);
  if (fault) roll_back(context);
  return fault;
}

namespace {

Answer is_named_before(const InitPlan& plan, const MountOp* op, int mount) {
  for (const MountOp* earlier = plan.begin(plan.mounts); earlier != op; ++earlier) {
    const Answer same = same_mount(earlier->source_fd, mount);
    if (same != Answer::kNo) return same;
  }
  return Answer::kNo;
}

// The reason to refuse an entry, for every caller. nullptr: it is accepted.
const char* removal_problem(Context& context, const MountOp* op, int mount) {
  const InitPlan& plan = context.plan;
  const auto is_it = [mount](int found) { return same_place(found, mount); };
  const Answer is_mount = is_root_of_mount(mount);
  const struct {
    Answer answer;
    const char* why;
  } reasons[] = {
      {same_place(mount, context.root_fd), "is the root itself; name a mount below it"},
      {is_mount == Answer::kNo ? Answer::kYes : Answer::kNo,
       "nothing is mounted there; leave it out"},
      {finds(context, plan.masked_paths, is_it), "linux.maskedPaths hides it; leave it out"},
      {finds(context, plan.readonly_paths, is_it), "linux.readonlyPaths protects it; leave it out"},
      {propagates_outside(plan, mount),
       "is on a mount that the host shares, which would lose it, too; unmount it there"},
      {is_named_before(plan, op, mount), "is the mount of an earlier entry; remove one a call"},
      {is_mount == Answer::kUnknown ? Answer::kUnknown : Answer::kNo, kUnseen},
  };
  for (const auto& [answer, why] : reasons)
    if (const char* found = reason(answer, why)) return found;
  return nullptr;
}

Fault find(Context& context, MountOp* op) {
  const InitPlan& plan = context.plan;
  const char* path = plan.text(op->target);
  // A mount on a link itself (dest-nofollow) has precedence.
  Fd mount(open_in_root(context.root_fd, path, O_PATH | O_NOFOLLOW, Links::kFollowInside));
  if (!mount.ok() || is_root_of_mount(mount.get()) == Answer::kNo) {
    mount.reset(open_in_root(context.root_fd, path, O_PATH, Links::kFollowInside));
  }
  const bool missing = mount.get() == kEnoent || mount.get() == kEnotdir;
  if (missing)
    return refuse("nothing is mounted there; leave it out", Subject::kMountTarget, path, op->index);
  if (Fault fault = check(mount.get(), Subject::kMountTarget, path, op->index)) return fault;
  if (const char* why = removal_problem(context, op, mount.get())) {
    return refuse(why, Subject::kMountTarget, path, op->index);
  }
  // umount(2), MNT_EXPIRE: makes all checks of an unmount and then does nothing, because this
  // process uses the mount.
  const long rc = unmount(context, mount.get(), kMntExpire);
  if (rc == kEinval) {
    return refuse("is locked, as it came from another user namespace; leave it out",
                  Subject::kMountTarget, path, op->index);
  }
  if (rc != kEbusy && rc != kEagain) {
    if (Fault fault = check(rc, Subject::kMountTarget, path, op->index)) return fault;
  }
  op->source_fd = mount.release();
  return {};
}

}  // namespace

Fault find_mounts_to_remove(Context& context) {
  InitPlan& plan = context.plan;
  for (MountOp* op = plan.begin(plan.mounts); op != plan.end(plan.mounts); ++op)
    if (Fault fault = find(context, op)) return fault;
  return {};
}

Fault remove_mounts(Context& context) {
  InitPlan& plan = context.plan;
  for (const MountOp* op = plan.begin(plan.mounts); op != plan.end(plan.mounts); ++op) {
    const long rc = unmount(context, op->source_fd, kMntDetach);
    if (rc == kEinval) continue;  // it went with a mount around it, or the container unmounted it
    if (Fault fault = check(rc, Subject::kMountTarget, plan.text(op->target), op->index)) {
      return fault;
    }
  }
  return {};
}

}  // namespace oci::init
