// The last changes to the root while the host is still reachable: read-only root, read-only paths,
// masked paths (config-linux.md#masked-paths, #readonly-paths).
#include <sys/stat.h>

#include "runtime/init/in_root.h"
#include "runtime/init/mount_api.h"
#include "runtime/init/steps.h"
#include "runtime/init/text.h"

namespace oci::init {
namespace {

using wire::Subject;

constexpr long kEnoent = -2, kEnotdir = -20;

bool missing(long fd) {
  return fd == kEnoent || fd == kEnotdir;
}

Fault make_readonly(int mount, bool recursive, Subject subject, const char* path, uint16_t index) {
  mount_attr attributes = {};
  attributes.attr_set = MOUNT_ATTR_RDONLY;
  return check(set_attributes(mount, attributes, recursive), subject, path, index);
}

// Looks up paths below /proc and /sys in those mounts themselves: another process with access to
// the rootfs may have renamed the mount points.
long open_covered(const Context& context, const char* path) {
  if (context.proc_fd >= 0 && starts_with(path, "/proc/")) {
    return open_in_root(context.proc_fd, path + 5, O_PATH, Links::kFollowInside);
  }
  if (context.sys_fd >= 0 && starts_with(path, "/sys/")) {
    return open_in_root(context.sys_fd, path + 4, O_PATH, Links::kFollowInside);
  }
  return open_in_root(context.root_fd, path, O_PATH, Links::kFollowInside);
}

// Those mounts must still be at the places where the program will look.
Fault check_still_there(const Context& context, int mount, const char* path) {
  if (mount < 0) return {};
  const Fd found(open_in_root(context.root_fd, path, O_PATH, Links::kRefuse));
  const Answer there = found.ok() ? same_mount(found.get(), mount) : Answer::kNo;
  if (there == Answer::kYes) return {};
  if (there == Answer::kUnknown) return refuse(kNoStatx, Subject::kNone, path);
  return refuse("was moved while the container was set up", Subject::kNone, path);
}

// nullptr: not the root.
const char* cover_problem(const Context& context, int target, const char* is_root) {
  const Answer same = same_place(target, context.root_fd);
  if (same == Answer::kNo) return nullptr;
  return same == Answer::kYes ? is_root : kNoStatx;
}

Fault make_path_readonly(const Context& context, const char* path, uint16_t index) {
  const Fd target(open_covered(context, path));
  if (missing(target.get())) return {};
  if (Fault fault = check(target.get(), Subject::kReadonlyPath, path, index)) return fault;
  static constexpr char kIsRoot[] = "leads to the root itself; set root.readonly instead";
  if (const char* why = cover_problem(context, target.get(), kIsRoot)) {
    return refuse(why, Subject::kReadonlyPath, path, index);
  }
  const Fd tree(clone_tree(target.get(), "", true));
  if (Fault fault = check(tree.get(), Subject::kReadonlyPath, path, index)) return fault;
  if (Fault fault = make_readonly(tree.get(), true, Subject::kReadonlyPath, path, index)) {
    return fault;
  }
  return check(attach(tree.get(), target.get()), Subject::kReadonlyPath, path, index);
}

// From the second one on, masks are copies of the first. So no mount ends unattached: dropping one
// costs an RCU grace period.
struct MaskSources {
  Fd null_device;
  Fd empty_directory;
};

// The host's null device, because the image controls its own /dev/null (CVE-2025-31133). Read-only,
// so that its owner cannot change its mode through the mask.
Fault cover_with_null(const MaskSources& sources, Fd& cover) {
  if (sources.null_device.ok()) {
    cover.reset(clone_tree(sources.null_device.get(), "", false));
    return {};
  }
  const Fd device(sys(__NR_openat, AT_FDCWD, "/dev/null", O_PATH | O_NOFOLLOW | O_CLOEXEC));
  FileFacts facts;
  const long rc = look(device.get(), facts);
  if (Fault fault = check(rc, Subject::kNone, "the host's null device")) return fault;
  if (facts.type != S_IFCHR || facts.major != 1 || facts.minor != 3) {
    return refuse("is not the null device", Subject::kNone, "the host's /dev/null");
  }
  cover.reset(clone_tree(device.get(), "", false));
  if (Fault fault = check(cover.get(), Subject::kNone, "the host's null device")) return fault;
  mount_attr attributes = {};
  attributes.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;
  return check(set_attributes(cover.get(), attributes, false), Subject::kNone,
               "the host's null device");
}

// An empty tmpfs that stays empty.
long empty_directory(const MaskSources& sources) {
  if (sources.empty_directory.ok()) return clone_tree(sources.empty_directory.get(), "", false);
  const Fd context(sys(__NR_fsopen, "tmpfs", FSOPEN_CLOEXEC));
  if (!context.ok()) return context.get();
  sys(__NR_fsconfig, context.get(), FSCONFIG_SET_STRING, "nr_blocks", "1", 0);
  sys(__NR_fsconfig, context.get(), FSCONFIG_SET_STRING, "nr_inodes", "1", 0);
  const long rc = sys(__NR_fsconfig, context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0);
  if (rc < 0) return rc;
  return sys(__NR_fsmount, context.get(), FSMOUNT_CLOEXEC,
             MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
}

Fault mask(const Context& context, const char* path, uint16_t index, MaskSources& sources) {
  const Fd target(open_covered(context, path));
  if (missing(target.get())) return {};
  FileFacts facts;
  const long rc = target.ok() ? look(target.get(), facts) : target.get();
  if (Fault fault = check(rc, Subject::kMaskedPath, path, index)) return fault;
  static constexpr char kIsRoot[] = "leads to the root itself; name a path below it";
  if (const char* why = cover_problem(context, target.get(), kIsRoot)) {
    return refuse(why, Subject::kMaskedPath, path, index);
  }
  Fd cover;
  if (facts.type == S_IFDIR) {
    cover.reset(empty_directory(sources));
  } else {
    if (Fault fault = cover_with_null(sources, cover)) return fault;
  }
  if (Fault fault = check(cover.get(), Subject::kMaskedPath, path, index)) return fault;
  const long attached = attach(cover.get(), target.get());
  if (Fault fault = check(attached, Subject::kMaskedPath, path, index)) return fault;
  Fd& next = facts.type == S_IFDIR ? sources.empty_directory : sources.null_device;
  if (!next.ok()) next.reset(cover.release());
  return {};
}

// Uses the mounts themselves, because other things may be at their places by now.
Fault make_tmpfs_readonly(const InitPlan& plan) {
  for (const MountOp* op = plan.begin(plan.mounts); op != plan.end(plan.mounts); ++op) {
    if (!op->readonly_late) continue;
    const Fd mount(op->source_fd);
    if (Fault fault = make_readonly(mount.get(), false, Subject::kMountOptions,
                                    plan.text(op->target), op->index)) {
      return fault;
    }
  }
  return {};
}

}  // namespace

Fault finish_root(Context& context) {
  const InitPlan& plan = context.plan;
  for (const PathOp* op = plan.begin(plan.readonly_paths); op != plan.end(plan.readonly_paths);
       ++op) {
    const char* path = plan.text(op->path);
    if (Fault fault = make_path_readonly(context, path, op->index)) return fault;
  }
  MaskSources sources;
  for (const PathOp* op = plan.begin(plan.masked_paths); op != plan.end(plan.masked_paths); ++op) {
    const char* path = plan.text(op->path);
    if (Fault fault = mask(context, path, op->index, sources)) return fault;
  }
  if (Fault fault = check_still_there(context, context.proc_fd, "/proc")) return fault;
  if (Fault fault = check_still_there(context, context.sys_fd, "/sys")) return fault;
  if (Fault fault = make_tmpfs_readonly(plan)) return fault;
  if (!plan.root_readonly) return {};
  return make_readonly(context.root_fd, false, Subject::kRoot, "/", wire::kNoIndex);
}

}  // namespace oci::init
