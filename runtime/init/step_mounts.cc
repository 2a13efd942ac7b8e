// The mounts of config.json, in listed order: created detached, given their attributes, and only
// then attached to a descriptor of their target (rules A and B).
#include <linux/magic.h>
#include <sys/stat.h>

#include "runtime/init/copy_up.h"
#include "runtime/init/covered_mount.h"
#include "runtime/init/in_root.h"
#include "runtime/init/known_places.h"
#include "runtime/init/mount_api.h"
#include "runtime/init/mount_attributes.h"
#include "runtime/init/page_mount.h"
#include "runtime/init/steps.h"
#include "runtime/init/text.h"

namespace oci::init {
namespace {

using wire::Subject;

// The kernel's explanation of the last failed call on a filesystem context: "e tmpfs: Unknown
// parameter 'nosuch'". Static, because a Fault only points.
const char* kernel_explanation(int context) {
  static char text[256];
  const long got = sys(__NR_read, context, text, sizeof text - 1);
  if (got <= 0) return "";
  text[got] = '\0';
  // Skips the severity letter and the space.
  return got > 2 && text[1] == ' ' ? text + 2 : text;
}

Fault explained(long rc, int context, Subject subject, const char* what, uint16_t index) {
  Fault fault = check(rc, subject, what, index);
  fault.note = kernel_explanation(context);
  return fault;
}

// "/dev/sdz: Can't lookup blockdev" is about the source.
Fault not_created(const InitPlan& plan, const MountOp& op, long rc, int context) {
  Fault fault = explained(rc, context, Subject::kMountOptions, plan.text(op.type), op.index);
  const char* source = plan.text(op.source);
  if (!op.source || !starts_with(fault.note, source)) return fault;
  const char* rest = fault.note + length(source);
  if (!starts_with(rest, ": ")) return fault;
  fault.subject = Subject::kMountSource;
  fault.what = source;
  fault.note = rest + 2;
  return fault;
}

Fault configure(const InitPlan& plan, const MountOp& op, List<Parameter> parameters, int context) {
  for (const Parameter* parameter = plan.begin(parameters); parameter != plan.end(parameters);
       ++parameter) {
    const char* key = plan.text(parameter->key);
    if (op.layers.count != 0 && equal(key, "lowerdir")) continue;
    const long rc =
        parameter->value
            ? sys(__NR_fsconfig, context, FSCONFIG_SET_STRING, key, plan.text(parameter->value), 0)
            : sys(__NR_fsconfig, context, FSCONFIG_SET_FLAG, key, nullptr, 0);
    if (rc < 0) return explained(rc, context, Subject::kMountOptions, key, op.index);
  }
  return {};
}

// Overlay before Linux 6.8 does not accept single layers.
bool takes_layers(const InitPlan& plan, const MountOp& op, int context) {
  const Parameter& first = *plan.begin(op.layers);
  return sys(__NR_fsconfig, context, FSCONFIG_SET_STRING, plan.text(first.key),
             plan.text(first.value), 0) >= 0;
}

Fault make_filesystem(const InitPlan& plan, const MountOp& op, int root, Fd& mount) {
  const char* type = plan.text(op.type);
  if (op.by_page) return mount_by_page(plan, op, root, mount);
  const Fd context(sys(__NR_fsopen, type, FSOPEN_CLOEXEC), Close::kTogether);
  if (Fault fault = check(context.get(), Subject::kMountOptions, type, op.index)) return fault;
  if (op.source) {
    const char* source = plan.text(op.source);
    const long rc = sys(__NR_fsconfig, context.get(), FSCONFIG_SET_STRING, "source", source, 0);
    if (rc < 0) return explained(rc, context.get(), Subject::kMountSource, source, op.index);
  }
  if (plan.pid_namespace_fd >= 0 && equal(type, "proc")) {
    const long rc = show_pid_namespace(context.get(), plan.pid_namespace_fd);
    if (rc < 0) return explained(rc, context.get(), Subject::kMountOptions, "pidns", op.index);
  }
  if (op.layers.count != 0) {
    if (!takes_layers(plan, op, context.get())) return mount_by_page(plan, op, root, mount);
    const List<Parameter> rest = {op.layers.at + uint32_t{sizeof(Parameter)}, op.layers.count - 1};
    if (Fault fault = configure(plan, op, rest, context.get())) return fault;
  }
  if (Fault fault = configure(plan, op, op.parameters, context.get())) return fault;
  const long created = sys(__NR_fsconfig, context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0);
  if (created < 0) return not_created(plan, op, created, context.get());
  mount.reset(sys(__NR_fsmount, context.get(), FSMOUNT_CLOEXEC, first_attributes(op)));
  return check(mount.get(), Subject::kMountOptions, type, op.index);
}

// The two functions below return nullptr, or the reason not to mount on `target`.
const char* place_problem(const Context& context, int target, const Place& place) {
  const Answer is_root = same_place(place, place_of_root(context));
  if (is_root == Answer::kYes) return "leads to the root itself; name a directory below it";
  const Answer is_shown = propagates_outside(context.plan, target);
  if (is_root == Answer::kUnknown || is_shown == Answer::kUnknown) return kNoStatx;
  if (is_shown == Answer::kNo) return nullptr;
  return "is in a mount that the host shares, which would see it, too; name another place";
}

// filesystem_of() for `target`. A mount has one filesystem, so each is asked once: the root, which
// is held open, and another one while its id is never used again.
uint64_t filesystem_at(const Context& context, int target, const Place& place) {
  const bool in_root = place.mount == place_of_root(context).mount;
  KnownFilesystem& known = in_root ? context.root_filesystem : context.last_filesystem;
  const bool may_be_known = in_root || place.is_unique;
  if (may_be_known && known.magic != 0 && known.mount == place.mount) return known.magic;
  known = {.mount = place.mount, .magic = filesystem_of(target)};
  return known.magic;
}

// CVE-2019-16884: whatever path led there, only mounts that the plan allows may cover a file of
// procfs.
const char* filesystem_problem(const Context& context, const MountOp& op, int target,
                               const Place& place) {
  if (op.allowed_on_proc && !op.target_nofollow) return nullptr;
  const uint64_t filesystem = filesystem_at(context, target, place);
  if (filesystem == 0) return kNoStatfs;
  if (!op.allowed_on_proc && filesystem == PROC_SUPER_MAGIC)
    return "leads into procfs, where nothing is mounted; name another place";
  const bool shows_kernel = filesystem == SYSFS_MAGIC || filesystem == DEVPTS_SUPER_MAGIC;
  if (!op.target_nofollow || !shows_kernel) return nullptr;
  return "is in sysfs or devpts, where dest-nofollow is not allowed; leave it out";
}

Fault check_target(const Context& context, const MountOp& op, int target, FileFacts& facts) {
  const char* path = context.plan.text(op.target);
  look_with_place(target, facts);
  const char* why = place_problem(context, target, facts.place);
  if (why == nullptr) why = protection_problem(context, op, target);
  if (why == nullptr) why = filesystem_problem(context, op, target, facts.place);
  return why == nullptr ? Fault{} : refuse(why, Subject::kMountTarget, path, op.index);
}

Fault remount(Context& context, const MountOp& op) {
  const InitPlan& plan = context.plan;
  const char* path = plan.text(op.target);
  constexpr int kEnoent = 2, kEinval = 22;
  const Fd target(open_in_root(context.root_fd, path, O_PATH, Links::kFollowInside));
  if (target.get() == -kEnoent) {
    return refuse("does not exist, so there is no mount to change; mount something there first",
                  Subject::kMountTarget, path, op.index);
  }
  if (Fault fault = check(target.get(), Subject::kMountTarget, path, op.index)) return fault;
  if (op.parameters.count != 0) {
    const Fd picked(sys(__NR_fspick, target.get(), "", FSPICK_EMPTY_PATH | FSPICK_CLOEXEC));
    if (Fault fault = check(picked.get(), Subject::kMountOptions, path, op.index)) return fault;
    if (Fault fault = configure(plan, op, op.parameters, picked.get())) return fault;
    const long rc = sys(__NR_fsconfig, picked.get(), FSCONFIG_CMD_RECONFIGURE, nullptr, nullptr, 0);
    if (rc < 0) return explained(rc, picked.get(), Subject::kMountOptions, path, op.index);
  }
  Fault fault = set_all_attributes(plan, op, target.get());
  if (!fault) fault = propagate(plan, op, target.get());
  // mount_setattr(2): the path is not the root of a mount.
  if (fault.error != kEinval) return fault;
  return refuse("is no mount point, so there is no mount to change; mount something there first",
                Subject::kMountTarget, path, op.index);
}

constexpr int kOpenDirectory = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

// The default mode of a new tmpfs is 1777.
long take_mode(const FileFacts& target, int mount) {
  if (target.permissions == 01777) return 0;
  const Fd directory(sys(__NR_openat, mount, ".", kOpenDirectory));
  return directory.ok() ? sys(__NR_fchmod, directory.get(), target.permissions) : directory.get();
}

// Explains failures of move_mount(2). EINVAL or ENOTDIR: a directory on a file or the reverse.
// ENOENT: the source was deleted after it was mounted. With the source as note, EISDIR and ENOTDIR
// are about the two files instead of the path.
Fault check_attached(const InitPlan& plan, const MountOp& op, long rc, int mount,
                     const FileFacts& target) {
  if (rc >= 0) return {};
  constexpr long kEnoent = -2, kEnotdir = -20, kEisdir = -21;
  const char* path = plan.text(op.target);
  const char* from = plan.text(op.kind == MountKind::kBind ? op.source : op.type);
  FileFacts source;
  if (look(mount, source) < 0) return check(rc, Subject::kMountTarget, path, op.index);
  if (rc == kEnoent && op.kind == MountKind::kBind && source.links == 0) {
    return refuse("has been deleted on the host", Subject::kMountSource, from, op.index);
  }
  if ((target.type == S_IFDIR) == (source.type == S_IFDIR)) {
    return check(rc, Subject::kMountTarget, path, op.index);
  }
  const long kinds = target.type == S_IFDIR ? kEisdir : kEnotdir;
  Fault fault = check(kinds, Subject::kMountTarget, path, op.index);
  fault.note = from;
  return fault;
}

// `made`: the target did not exist before.
Fault fill(const InitPlan& plan, const MountOp& op, int target, const FileFacts& facts, bool made,
           int mount) {
  if (op.kind != MountKind::kFilesystem) return {};
  long rc = op.copy_up ? copy_up(target, mount) : 0;
  if (rc >= 0 && op.mode_of_target && !made) rc = take_mode(facts, mount);
  if (rc >= 0 && !op.readonly_late && first_attributes(op) != op.attr_set) {
    mount_attr attributes = {};
    attributes.attr_set = MOUNT_ATTR_RDONLY;
    rc = set_attributes(mount, attributes, false);
  }
  return check_attached(plan, op, rc, mount, facts);
}

// A filesystem without a context option is labelled at its root.
Fault set_label(const InitPlan& plan, const MountOp& op, int mount, const char* path) {
  if (!op.label) return {};
  const char* label = plan.text(op.label);
  const Fd directory(sys(__NR_openat, mount, ".", kOpenDirectory));
  long rc = directory.get();
  if (rc >= 0) {
    rc = sys(__NR_fsetxattr, directory.get(), "security.selinux", label, length(label) + 1, 0);
  }
  return check(rc, Subject::kMountOptions, path, op.index);
}

// Must be last: afterwards the ids of every writer are mapped, too.
Fault map_ids(const MountOp& op, int mount, const char* path) {
  if (op.id_map_fd < 0) return {};
  constexpr long kEinval = -22;
  mount_attr attributes = {};
  attributes.attr_set = MOUNT_ATTR_IDMAP;
  attributes.userns_fd = static_cast<uint64_t>(op.id_map_fd);
  const long rc = set_attributes(mount, attributes, false);
  if (rc == kEinval) {
    return refuse("the kernel cannot map the ids of this filesystem", Subject::kMountOptions, path,
                  op.index);
  }
  return check(rc, Subject::kMountOptions, path, op.index);
}

// A source in the root is a path of the image, so its links must not leave the root (rule A).
// Earlier mounts below the source are included.
Fault clone_source(const Context& context, const MountOp& op, const char* source, Fd& mount) {
  const InitPlan& plan = context.plan;
  if (!op.source_in_root) return clone_bind(plan, op, AT_FDCWD, source, mount);
  const char* inside = source + length(plan.text(plan.rootfs));
  const uint64_t flags = O_PATH | (op.source_nofollow ? O_NOFOLLOW : 0);
  const Fd directory(
      open_in_root(context.root_fd, *inside == '\0' ? "/" : inside, flags, Links::kFollowInside));
  if (directory.ok()) return clone_bind(plan, op, directory.get(), "", mount);
  mount.reset(directory.get());
  return {};
}

Fault check_opened(const MountOp& op, int target, const char* path) {
  constexpr long kEloop = -40;
  if (target != kEloop || !op.target_is_plain) {
    return check(target, Subject::kMountTarget, path, op.index);
  }
  return refuse(
      "a symbolic link is in the way; proc and sysfs must be mounted on ordinary directory",
      Subject::kMountTarget, path, op.index);
}

// Recreates the symlink that is open as `mount` at the target.
Fault make_symlink(const Context& context, const MountOp& op, int mount) {
  const char* path = context.plan.text(op.target);
  constexpr long kEexist = -17;
  const long rc = copy_link(context.root_fd, path, mount, Links::kFollowInside);
  if (rc != kEexist) return check(rc, Subject::kMountTarget, path, op.index);
  return refuse("is there already, and is not the symlink that copy-symlink makes; remove it",
                Subject::kMountTarget, path, op.index);
}

// Only a missing target depends on the type of the source. -errno on failure.
long open_target(const Context& context, const MountOp& op, int mount, bool* made) {
  const char* path = context.plan.text(op.target);
  const Links links = op.target_is_plain ? Links::kRefuse : Links::kFollowInside;
  constexpr long kEnoent = -2;
  const uint64_t flags = O_PATH | (op.target_nofollow ? O_NOFOLLOW : 0);
  // Finds a file of the other type as well: the mount reports the mismatch.
  const long there = open_in_root(context.root_fd, path, flags, links);
  if (there != kEnoent) return there;
  FileFacts source{.type = S_IFDIR};
  const long rc = op.kind == MountKind::kBind ? look(mount, source) : 0;
  if (rc < 0) return rc;
  const Make make = source.type == S_IFDIR ? Make::kDirectory : Make::kFile;
  return make_mount_target(context.root_fd, path, make, links, made);
}

// Whether it is a symlink, which was made anew at the target.
Fault copy_symlink(const Context& context, const MountOp& op, int mount, bool* is_link) {
  const char* path = context.plan.text(op.target);
  FileFacts source;
  if (Fault fault = check(look(mount, source), Subject::kMountSource, path, op.index)) return fault;
  *is_link = source.type == S_IFLNK;
  return *is_link ? make_symlink(context, op, mount) : set_all_attributes(context.plan, op, mount);
}

}  // namespace

// A link that is to be copied has no mount attributes.
Fault make_detached(const Context& context, const MountOp& op, Fd& mount) {
  const InitPlan& plan = context.plan;
  const bool is_given = op.source_fd >= 0;
  if (op.kind == MountKind::kBind && !is_given) {
    const char* source = plan.text(op.source);
    if (Fault fault = clone_source(context, op, source, mount)) return fault;
    return check(mount.get(), Subject::kMountSource, source, op.index);
  }
  if (is_given) {
    mount.reset(op.source_fd);
  } else if (Fault fault = make_filesystem(plan, op, context.root_fd, mount)) {
    return fault;
  }
  return op.copy_symlink ? Fault{} : set_all_attributes(plan, op, mount.get());
}

Fault attach_at_target(const Context& context, const MountOp& op, int mount) {
  const InitPlan& plan = context.plan;
  const char* path = plan.text(op.target);
  if (op.copy_symlink) {
    bool is_link = false;
    if (Fault fault = copy_symlink(context, op, mount, &is_link)) return fault;
    if (is_link) return {};
  }
  bool made = false;
  FileFacts facts;
  Fd target(open_known(context, op, mount, &made), Close::kTogether);
  const bool is_known = target.ok();
  if (!is_known) target.reset(open_target(context, op, mount, &made));
  if (Fault fault = check_opened(op, target.get(), path)) return fault;
  if (is_known) facts.type = S_IFDIR;  // or a file: only failures ask for it, and look then
  if (is_known && op.mode_of_target) look(target.get(), facts);
  if (!is_known) {
    if (Fault fault = check_target(context, op, target.get(), facts)) return fault;
  }
  if (Fault fault = fill(plan, op, target.get(), facts, made, mount)) return fault;
  if (Fault fault = set_label(plan, op, mount, path)) return fault;
  if (Fault fault = map_ids(op, mount, path)) return fault;
  const long attached = attach(mount, target.get());
  if (attached < 0 && is_known) look(target.get(), facts);
  if (Fault fault = check_attached(plan, op, attached, mount, facts)) return fault;
  note_attached(op, plan, mount, is_known);
  // A mount becomes shared when it is attached below a shared one.
  return propagate(plan, op, mount);
}

namespace {

Fault mount_one(Context& context, MountOp& op) {
  if (op.kind == MountKind::kRemount) return remount(context, op);
  Fd mount(-1, Close::kTogether);
  if (Fault fault = make_detached(context, op, mount)) return fault;
  if (Fault fault = attach_at_target(context, op, mount.get())) return fault;
  keep_config_mount(context, op, mount);
  if (op.readonly_late) op.source_fd = static_cast<int32_t>(mount.release());
  return {};
}

}  // namespace

Fault make_filesystems_showing(InitPlan& plan, uint64_t types) {
  constexpr int kEperm = 1;
  for (MountOp* op = plan.begin(plan.mounts); op != plan.end(plan.mounts); ++op) {
    if ((op->shows & types) == 0) continue;
    Fd mount;
    const Fault fault = make_filesystem(plan, *op, -1, mount);
    // The namespace may belong to the user namespace that init joins later.
    if (fault && fault.error == kEperm) continue;
    if (fault) return fault;
    op->source_fd = static_cast<int32_t>(mount.release());
  }
  return {};
}

Fault mount_all(Context& context) {
  InitPlan& plan = context.plan;
  set_propagation_early(plan);
  for (MountOp* op = plan.begin(plan.mounts); op != plan.end(plan.mounts); ++op)
    if (Fault fault = mount_one(context, *op)) return fault;
  return {};
}

}  // namespace oci::init
