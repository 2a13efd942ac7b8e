#include "runtime/init/covered_mount.h"

#include <linux/fcntl.h>
#include <sys/stat.h>

#include "runtime/init/mount_api.h"
#include "runtime/init/mountinfo.h"
#include "runtime/init/text.h"
#include "runtime/wire/syscall.h"

namespace oci::init {

using wire::Subject;
using wire::sys;
namespace {

constexpr long kEnoent = -2;

constexpr char kMoved[] = "was moved while the container was set up";

// 0: not listed. -errno on failure.
long parent_of(int proc, uint64_t mount) {
  long parent = 0;
  const long rc = for_each_mount(proc, [&](const MountLine& line) -> long {
    if (line.id == mount) parent = static_cast<long>(line.parent);
    return 0;
  });
  return rc < 0 ? rc : parent;
}

// Whether `mount`, which is at /proc or /sys, lies on `covered`. Then its parents are at that place
// as well, so `covered` is. -errno on failure.
long lies_on(int proc, uint64_t mount, uint64_t covered) {
  constexpr int kHighestPile = 16;
  for (int depth = 0; depth < kHighestPile; ++depth) {
    const long parent = parent_of(proc, mount);
    if (parent <= 0) return parent;
    mount = static_cast<uint64_t>(parent);
    if (mount == covered) return 1;
  }
  return 0;
}

// Whether top() is at its path.
Answer is_in_place(const Context& context, const CoveredMount& mount) {
  FileFacts found;
  const long rc = look_with_place(context.root_fd, found, mount.path + 1);
  const Place wanted = place_of(mount.top());
  if (!wanted.known) return Answer::kUnknown;
  if (!found.place.known) return rc == kEnoent ? Answer::kNo : Answer::kUnknown;
  return found.place.mount == wanted.mount ? Answer::kYes : Answer::kNo;
}

}  // namespace

void keep_config_mount(Context& context, const MountOp& op, Fd& mount) {
  const InitPlan& plan = context.plan;
  const char* path = plan.text(op.target);
  const bool is_proc = equal(path, "/proc");
  if (!is_proc && !equal(path, "/sys")) return;
  ConfigMount kept;
  if (!op.copy_symlink) {
    // finish_root() closes the one that becomes read-only late.
    kept.fd = op.readonly_late ? mount.get() : static_cast<int>(move_down(mount.release()));
  }
  if (!op.target_is_plain) {
    FileFacts facts;
    look_with_place(context.root_fd, facts, path + 1);
    kept.is_by_link = facts.type == S_IFLNK;
  }
  (is_proc ? context.proc_mount : context.sys_mount) = kept;
  if (!is_proc) return;
  const bool is_procfs = op.kind == MountKind::kFilesystem && equal(plan.text(op.type), "proc");
  context.proc_fd = is_procfs ? kept.fd : -1;
}

Fault find_cover(const Context& context, CoveredMount& mount, bool& is_new) {
  is_new = false;
  if (!mount.exists() || mount.planned.is_by_link) return {};
  const Answer in_place = is_in_place(context, mount);
  if (in_place == Answer::kYes) return {};
  if (in_place == Answer::kUnknown) return refuse(kNoStatx, Subject::kNone, mount.path);
  Fd found(open_in_root(context.root_fd, mount.path, O_PATH, Links::kRefuse));
  const uint64_t covered = mount_id(mount.top());
  const uint64_t cover = found.ok() ? mount_id(found.get()) : 0;
  if (covered == 0 || cover == 0) return refuse(kMoved, Subject::kNone, mount.path);
  const Fd proc(sys(__NR_openat, AT_FDCWD, "/proc", O_PATH | O_DIRECTORY | O_CLOEXEC));
  const long rc = proc.ok() ? lies_on(proc.get(), cover, covered) : proc.get();
  if (Fault fault = check(rc, Subject::kNone, "/proc/self/mountinfo")) return fault;
  if (rc == 0) return refuse(kMoved, Subject::kNone, mount.path);
  // A mask in a mount that a hook has copied from the host may not appear on the host.
  const bool is_sent = context.plan.hosts_propagation == MS_SHARED ||
                       context.plan.root_place == RootPlace::kAmongOthers;
  const long alone = is_sent ? set_propagation(found.get(), MS_SLAVE, true) : 0;
  if (Fault fault = check(alone, Subject::kNone, mount.path)) return fault;
  mount.cover.reset(found.release());
  is_new = true;
  return {};
}

}  // namespace oci::init
