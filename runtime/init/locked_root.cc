// A read-only root is locked, too, for the reasons and with the method of locked_mounts.cc. The
// root must be writable until the hooks have run, and a locked mount cannot be changed. So at the
// end a locked copy of its mount, without the mounts below it, replaces the root, and the mounts in
// the root move over.
//
// All of them move, including those of hooks: the kernel lists them. If one is out of reach, the
// root stays as it is.
#include <linux/fcntl.h>

#include "runtime/init/in_root.h"
#include "runtime/init/locked_mounts.h"
#include "runtime/init/mount_api.h"
#include "runtime/init/mountinfo.h"
#include "runtime/init/steps.h"
#include "runtime/init/text.h"

namespace oci::init {
namespace {

using wire::Subject;

constexpr long kEnoent = -2, kE2big = -7;

// The path of the root as in the list of mounts. "" for "/".
struct RootPath {
  char text[4096] = {};

  // The path relative to the root, "" for the root itself. nullptr: outside of the root.
  const char* below(const char* path) const {
    if (!starts_with(path, text)) return nullptr;
    const char* rest = path + length(text);
    if (equal(rest, "/")) return rest + 1;
    return *rest == '/' || *rest == '\0' ? rest : nullptr;
  }
};

long open_below(int root, const char* path) {
  return open_in_root(root, path, O_PATH | O_NOFOLLOW, Links::kRefuse);
}

// Calls `visit` with each mount directly on the mount of the root: its path relative to the root,
// and its id.
template <class Visit>
long for_each_in_root(int proc, uint64_t root, const RootPath& path, Visit visit) {
  return for_each_mount(proc, [&](const MountLine& line) -> long {
    if (line.parent != root) return 0;
    const char* rest = path.below(line.path);
    return rest == nullptr ? kEnoent : visit(rest, line.id);
  });
}

long find_path(int proc, uint64_t root, RootPath& path) {
  bool is_found = false;
  const long rc = for_each_mount(proc, [&](const MountLine& line) -> long {
    if (line.id != root) return 0;
    is_found = true;
    if (!equal(line.path, "/")) append(path.text, path.text + sizeof path.text, line.path);
    return 0;
  });
  return rc < 0 || is_found ? rc : kEnoent;
}

long is_within_reach(int root, const char* path) {
  if (*path == '\0') return kEnoent;
  const Fd mount(open_below(root, path));
  return mount.ok() ? 0 : mount.get();
}

long is_at(int root, const char* path, uint64_t id) {
  const Fd mount(open_below(root, path));
  return mount.ok() && mount_id(mount.get()) == id ? 0 : kEnoent;
}

// A tmpfs for mounts that lie on another one at the same place, over the procfs of the host.
class Stash {
 public:
  explicit Stash(int proc) : proc_(proc) {}
  Stash(const Stash&) = delete;
  Stash& operator=(const Stash&) = delete;
  ~Stash() {
    constexpr int kMntDetach = 2, kNofollow = 8;  // MNT_DETACH, UMOUNT_NOFOLLOW of libc's header
    if (tmpfs_.ok()) sys(__NR_umount2, "/proc", kMntDetach | kNofollow);
  }

  long take(int mount) {
    if (!tmpfs_.ok()) {
      tmpfs_.reset(make_tmpfs(0));
      const long rc = tmpfs_.ok() ? attach(tmpfs_.get(), proc_) : tmpfs_.get();
      if (rc < 0) return rc;
    }
    return put_aside(tmpfs_.get(), mount, number_++);
  }

 private:
  int proc_;
  Fd tmpfs_;
  size_t number_ = 0;
};

// What lies on a mount, the topmost first.
struct Pile {
  static constexpr int kHighest = 16;
  Fd mounts[kHighest];
  int height = 0;
};

// Two targets of the config may be one, by a link of the image.
long uncover(int root, const char* path, uint64_t id, Stash& stash, Pile& pile) {
  for (;;) {
    Fd top(open_below(root, path));
    if (!top.ok()) return top.get();
    if (mount_id(top.get()) == id) return 0;
    if (is_root_of_mount(top.get()) != Answer::kYes) return kEnoent;
    if (pile.height == Pile::kHighest) return kE2big;
    if (const long rc = stash.take(top.get()); rc < 0) return rc;
    pile.mounts[pile.height++].reset(top.release());
  }
}

long put_on(int root, const char* path, int mount) {
  const Fd target(open_below(root, path));
  return target.ok() ? attach(mount, target.get()) : target.get();
}

// Moves a mount, and checks that its path leads to it afterwards.
long move(int from, int to, const char* path, uint64_t id, Stash& stash) {
  Pile pile;
  long rc = uncover(from, path, id, stash, pile);
  if (rc < 0) return rc;
  const Fd mount(open_below(from, path));
  rc = mount.ok() ? put_on(to, path, mount.get()) : mount.get();
  if (rc >= 0) rc = is_at(to, path, id);
  while (rc >= 0 && pile.height > 0)
    rc = attach(pile.mounts[--pile.height].get(), mount.get());  // not by path: another may rename
  return rc;
}

}  // namespace

Fault lock_root(Context& context) {
  InitPlan& plan = context.plan;
  if (!plan.readonly_stays || !plan.root_readonly) return {};
  const int root = context.root_fd;
  const uint64_t id = mount_id(root);
  if (id == 0) return refuse(kNoStatx, Subject::kRoot, "/");
  const Fd proc(sys(__NR_openat, AT_FDCWD, "/proc", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (Fault fault = check(proc.get(), Subject::kNone, "/proc")) return fault;
  RootPath path;
  long rc = find_path(proc.get(), id, path);
  if (rc >= 0) {
    rc = for_each_in_root(proc.get(), id, path,
                          [&](const char* rest, uint64_t) { return is_within_reach(root, rest); });
  }
  // EINVAL: the root has mounts below it that came with it and are locked.
  if (rc >= 0) rc = plan.rootfs_fd = static_cast<int32_t>(clone_tree(root, "", false));
  if (rc < 0) return {};
  if (Fault fault = lock_copy_of_root(plan)) return fault;
  const int copy = plan.rootfs_fd;
  rc = attach(copy, root);
  if (rc >= 0) {
    Stash stash(proc.get());
    rc = for_each_in_root(proc.get(), id, path, [&](const char* rest, uint64_t mount) {
      return *rest == '\0' ? 0 : move(root, copy, rest, mount, stash);
    });
  }
  sys(__NR_close, root);
  use_root(context, copy);
  return check(rc, Subject::kRoot, "/");
}

}  // namespace oci::init
