// The last changes to the root while the host is still reachable: read-only root, read-only paths,
// masked paths (config-linux.md#masked-paths, #readonly-paths).
#include <sys/stat.h>

#include <initializer_list>

#include "runtime/init/in_root.h"
#include "runtime/init/mount_api.h"
#include "runtime/init/steps.h"
#include "runtime/init/text.h"

namespace oci::init {
namespace {

using wire::Subject;

constexpr long kEnoent = -2, kEnotdir = -20, kEinval = -22;

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
struct Lookup {
  int directory;
  const char* path;
};

Lookup lookup_of(const Context& context, const char* path) {
  if (context.proc_fd >= 0 && starts_with(path, "/proc/")) return {context.proc_fd, path + 5};
  if (context.sys_fd >= 0 && starts_with(path, "/sys/")) return {context.sys_fd, path + 4};
  return {context.root_fd, path};
}

long open_covered(const Lookup& lookup) {
  return open_in_root(lookup.directory, lookup.path, O_PATH, Links::kFollowInside);
}

// Those mounts must still be at the places where the program will look.
Fault check_still_there(const Context& context, int mount, const char* path) {
  if (mount < 0) return {};
  FileFacts found;
  const long rc = look_with_place(context.root_fd, found, path + 1);
  const Place wanted = place_of(mount);
  const bool is_known = wanted.known && (found.place.known || rc == kEnoent);
  if (!is_known) return refuse(kNoStatx, Subject::kNone, path);
  if (found.place.known && found.place.mount == wanted.mount) return {};
  return refuse("was moved while the container was set up", Subject::kNone, path);
}

// nullptr: not the root. `facts`: of the target.
const char* cover_problem(const Context& context, const FileFacts& facts, const char* is_root) {
  const Answer same = same_place(facts.place, place_of_root(context));
  if (same == Answer::kNo) return nullptr;
  return same == Answer::kYes ? is_root : kNoStatx;
}

Fault make_path_readonly(const Context& context, const char* path, uint16_t index) {
  const Lookup lookup = lookup_of(context, path);
  const Fd target(open_covered(lookup), Close::kTogether);
  if (missing(target.get())) return {};
  if (Fault fault = check(target.get(), Subject::kReadonlyPath, path, index)) return fault;
  // A lookup in another mount never leads to the root.
  if (lookup.directory == context.root_fd) {
    static constexpr char kIsRoot[] = "leads to the root itself; set root.readonly instead";
    FileFacts facts;
    look_with_place(target.get(), facts);
    if (const char* why = cover_problem(context, facts, kIsRoot)) {
      return refuse(why, Subject::kReadonlyPath, path, index);
    }
  }
  mount_attr attributes = {};
  attributes.attr_set = MOUNT_ATTR_RDONLY;
  Fd tree(clone_tree_with(target.get(), "", true, false, attributes), Close::kTogether);
  if (!tree.ok()) {
    tree.reset(clone_tree(target.get(), "", true));
    if (Fault fault = check(tree.get(), Subject::kReadonlyPath, path, index)) return fault;
    if (Fault fault = make_readonly(tree.get(), true, Subject::kReadonlyPath, path, index)) {
      return fault;
    }
  }
  return check(attach(tree.get(), target.get()), Subject::kReadonlyPath, path, index);
}

// From the second one on, masks are copies of the first. So no mount ends unattached: dropping one
// costs an RCU grace period.
struct MaskSources {
  Fd null_device{-1, Close::kTogether};
  Fd empty_directory{-1, Close::kTogether};
};

// The host's null device, because the image controls its own /dev/null (CVE-2025-31133). Read-only,
// so that its owner cannot change its mode through the mask.
Fault cover_with_null(const MaskSources& sources, Fd& cover) {
  if (sources.null_device.ok()) {
    cover.reset(clone_tree(sources.null_device.get(), "", false));
    return {};
  }
  const Fd device(sys(__NR_openat, AT_FDCWD, "/dev/null", O_PATH | O_NOFOLLOW | O_CLOEXEC),
                  Close::kTogether);
  FileFacts facts;
  const long rc = look(device.get(), facts);
  if (Fault fault = check(rc, Subject::kNone, "the host's null device")) return fault;
  if (facts.type != S_IFCHR || facts.major != 1 || facts.minor != 3) {
    return refuse("is not the null device", Subject::kNone, "the host's /dev/null");
  }
  mount_attr attributes = {};
  attributes.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;
  cover.reset(clone_tree_with(device.get(), "", false, false, attributes));
  if (cover.ok()) return {};
  cover.reset(clone_tree(device.get(), "", false));
  if (Fault fault = check(cover.get(), Subject::kNone, "the host's null device")) return fault;
  return check(set_attributes(cover.get(), attributes, false), Subject::kNone,
               "the host's null device");
}

// An empty tmpfs that stays empty.
long empty_directory(const MaskSources& sources) {
  if (sources.empty_directory.ok()) return clone_tree(sources.empty_directory.get(), "", false);
  const Fd context(sys(__NR_fsopen, "tmpfs", FSOPEN_CLOEXEC), Close::kTogether);
  if (!context.ok()) return context.get();
  sys(__NR_fsconfig, context.get(), FSCONFIG_SET_STRING, "nr_blocks", "1", 0);
  sys(__NR_fsconfig, context.get(), FSCONFIG_SET_STRING, "nr_inodes", "1", 0);
  const long rc = sys(__NR_fsconfig, context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0);
  if (rc < 0) return rc;
  return sys(__NR_fsmount, context.get(), FSMOUNT_CLOEXEC,
             MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
}

// Of procfs and sysfs. A wrong guess costs a second attempt.
bool is_likely_directory(const char* path) {
  for (const char* directory : {"/proc/acpi", "/proc/asound", "/proc/scsi"})
    if (equal(path, directory)) return true;
  return starts_with(path, "/sys/");
}

// `attached`: the result of move_mount(2), which puts a directory on directories alone, and a file
// on other files.
Fault cover(int target, bool is_directory, MaskSources& sources, long& attached) {
  Fd cover(-1, Close::kTogether);
  if (is_directory) {
    cover.reset(empty_directory(sources));
  } else {
    if (Fault fault = cover_with_null(sources, cover)) return fault;
  }
  attached = cover.ok() ? attach(cover.get(), target) : cover.get();
  Fd& next = is_directory ? sources.empty_directory : sources.null_device;
  if (!next.ok() && cover.ok()) next.reset(cover.release());
  return {};
}

Fault mask(const Context& context, const char* path, uint16_t index, MaskSources& sources) {
  const Lookup lookup = lookup_of(context, path);
  const Fd target(open_covered(lookup), Close::kTogether);
  if (missing(target.get())) return {};
  if (Fault fault = check(target.get(), Subject::kMaskedPath, path, index)) return fault;
  // A lookup in another mount never leads to the root.
  const bool may_be_root = lookup.directory == context.root_fd;
  bool is_directory = is_likely_directory(path);
  if (may_be_root) {
    static constexpr char kIsRoot[] = "leads to the root itself; name a path below it";
    FileFacts facts;
    const long rc = look_with_place(target.get(), facts);
    const char* why = cover_problem(context, facts, kIsRoot);
    if (why != nullptr) return refuse(why, Subject::kMaskedPath, path, index);
    if (Fault fault = check(rc, Subject::kMaskedPath, path, index)) return fault;
    is_directory = facts.type == S_IFDIR;
  }
  long attached = 0;
  if (Fault fault = cover(target.get(), is_directory, sources, attached)) return fault;
  const bool is_other_kind = attached == kEinval || attached == kEnotdir;
  if (is_other_kind && !may_be_root) {
    if (Fault fault = cover(target.get(), !is_directory, sources, attached)) return fault;
  }
  return check(attached, Subject::kMaskedPath, path, index);
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
  const CloseTogether close_together;
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
