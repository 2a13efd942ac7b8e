#include "runtime/init/covered_mount.h"

#include <linux/fcntl.h>

#include "runtime/init/mountinfo.h"
#include "runtime/wire/syscall.h"

namespace oci::init {

using wire::Subject;
using wire::sys;
namespace {

constexpr long kEnoent = -2;

constexpr char kMoved[] = "was moved while the container was set up";

// 0: the mount is not in this mount namespace. -errno on failure.
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

Fault look_for_change(const Context& context, CoveredMount& mount, Change& change) {
  change = Change::kNone;
  if (!mount.exists()) return {};
  const Answer in_place = is_in_place(context, mount);
  if (in_place == Answer::kYes) return {};
  const uint64_t covered = mount_id(mount.top());
  if (in_place == Answer::kUnknown || covered == 0) {
    return refuse(kNoStatx, Subject::kNone, mount.path);
  }
  const Fd proc(sys(__NR_openat, AT_FDCWD, "/proc", O_PATH | O_DIRECTORY | O_CLOEXEC));
  long rc = proc.ok() ? parent_of(proc.get(), covered) : proc.get();
  if (rc == 0) {
    change = Change::kGone;
    return {};
  }
  Fd found(open_in_root(context.root_fd, mount.path, O_PATH, Links::kRefuse));
  const uint64_t cover = found.ok() ? mount_id(found.get()) : 0;
  if (rc > 0 && cover != 0) rc = lies_on(proc.get(), cover, covered);
  if (Fault fault = check(rc, Subject::kNone, "/proc/self/mountinfo")) return fault;
  if (rc == 0 || cover == 0) return refuse(kMoved, Subject::kNone, mount.path);
  mount.cover.reset(found.release());
  change = Change::kCovered;
  return {};
}

}  // namespace oci::init
