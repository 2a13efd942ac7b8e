// The last changes to the root while the host is still reachable: read-only root, read-only paths,
// masked paths (config-linux.md#masked-paths, #readonly-paths).
#include <sys/stat.h>

#include <initializer_list>

#include "runtime/init/covered_mount.h"
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

// From the second one on, masks are copies of the first. So no mount ends unattached: dropping one
// costs an RCU grace period.
struct MaskSources {
  Fd null_device{-1, Close::kTogether};
  Fd empty_directory{-1, Close::kTogether};
};

struct Work {
  const Context& context;
  CoveredMount kernels[2];
  MaskSources sources;
};

struct Lookup {
  int directory;
  const char* path;
  CoveredMount* mount;  // the path is this one or in it. nullptr: neither
  bool is_all_of_it;
};

// Looks up paths below /proc and /sys in those mounts themselves: another process with access to
// the rootfs may have renamed the mount points.
Lookup lookup_of(Work& work, const char* path) {
  for (CoveredMount& mount : work.kernels) {
    if (!mount.exists() || !starts_with(path, mount.path)) continue;
    const char* rest = path + length(mount.path);
    if (*rest == '/') return {mount.top(), rest, &mount, false};
    if (*rest == '\0') return {mount.top(), "/", &mount, true};
  }
  return {work.context.root_fd, path, nullptr, false};
}

long open_covered(const Lookup& lookup) {
  return open_in_root(lookup.directory, lookup.path, O_PATH, Links::kFollowInside);
}

// nullptr: not the root. `facts`: of the target.
const char* cover_problem(const Context& context, const FileFacts& facts, const char* is_root) {
  const Answer same = same_place(facts.place, place_of_root(context));
  if (same == Answer::kNo) return nullptr;
  return same == Answer::kYes ? is_root : kNoStatx;
}

Fault make_path_readonly(const Context& context, const Lookup& lookup, const char* path,
                         uint16_t index) {
  const Fd target(open_covered(lookup), Close::kTogether);
  if (missing(target.get())) return {};
  if (Fault fault = check(target.get(), Subject::kReadonlyPath, path, index)) return fault;
  // A lookup in another mount never leads to the root.
  if (lookup.mount == nullptr) {
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
  const long rc = attach(tree.get(), target.get());
  if (lookup.is_all_of_it) lookup.mount->cover.reset(tree.release());
  return check(rc, Subject::kReadonlyPath, path, index);
}

// The host's null device, because the image controls its own /dev/null (CVE-2025-31133). Read-only,
// so that its owner cannot change its mode through the mask.
Fault cover_with_null(const MaskSources& sources, Fd& cover) {
  if (sources.null_device.ok()) {
    cover.reset(clone_tree(sources.null_device.get(), "", false));
    return {};
  }
  constexpr const char* kName = "the host's null device";
  mount_attr attributes = {};
  attributes.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;
  cover.reset(clone_tree_with(AT_FDCWD, "/dev/null", false, true, attributes));
  const bool is_plain = !cover.ok();
  if (is_plain) cover.reset(clone_tree(AT_FDCWD, "/dev/null", false, true));
  FileFacts facts;
  const long rc = look(cover.get(), facts);
  if (Fault fault = check(rc, Subject::kNone, kName)) return fault;
  if (facts.type != S_IFCHR || facts.major != 1 || facts.minor != 3) {
    return refuse("is not the null device", Subject::kNone, "the host's /dev/null");
  }
  return check(is_plain ? set_attributes(cover.get(), attributes, false) : 0, Subject::kNone,
               kName);
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
  for (const char* directory : {"/proc", "/proc/acpi", "/proc/asound", "/proc/scsi", "/sys"})
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

// The mask stays open as the cover, so that later paths are looked up in it.
Fault mask_all_of(const Lookup& lookup, int target, const char* path, uint16_t index,
                  const MaskSources& sources) {
  Fd mask(empty_directory(sources));
  const long rc = mask.ok() ? attach(mask.get(), target) : mask.get();
  lookup.mount->cover.reset(mask.release());
  return check(rc, Subject::kMaskedPath, path, index);
}

Fault mask(const Context& context, const Lookup& lookup, const char* path, uint16_t index,
           MaskSources& sources) {
  const Fd target(open_covered(lookup), Close::kTogether);
  if (missing(target.get())) return {};
  if (Fault fault = check(target.get(), Subject::kMaskedPath, path, index)) return fault;
  if (lookup.is_all_of_it) return mask_all_of(lookup, target.get(), path, index, sources);
  // A lookup in another mount never leads to the root.
  const bool may_be_root = lookup.mount == nullptr;
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

// Read-only paths come first, so that masks in them stay.
template <class IsMeant>
Fault protect_these(Work& work, IsMeant is_meant) {
  const InitPlan& plan = work.context.plan;
  for (const PathOp* op = plan.begin(plan.readonly_paths); op != plan.end(plan.readonly_paths);
       ++op) {
    const char* path = plan.text(op->path);
    const Lookup lookup = lookup_of(work, path);
    if (!is_meant(lookup)) continue;
    if (Fault f = make_path_readonly(work.context, lookup, path, op->index)) return f;
  }
  for (const PathOp* op = plan.begin(plan.masked_paths); op != plan.end(plan.masked_paths); ++op) {
    const char* path = plan.text(op->path);
    const Lookup lookup = lookup_of(work, path);
    if (!is_meant(lookup)) continue;
    if (Fault f = mask(work.context, lookup, path, op->index, work.sources)) return f;
  }
  return {};
}

// /proc and /sys come first: a read-only path of the root is a recursive copy, and if one of them
// was renamed into it, the copy has the masks as well.
Fault protect_paths(Work& work) {
  const auto is_in_kernels = [](const Lookup& lookup) { return lookup.mount != nullptr; };
  if (Fault fault = protect_these(work, is_in_kernels)) return fault;
  return protect_these(work, [](const Lookup& lookup) { return lookup.mount == nullptr; });
}

// The mounts of hooks that lie on all of /proc or /sys.
Fault follow_hooks(Work& work) {
  const InitPlan& plan = work.context.plan;
  if (!plan.host_hooks && plan.create_container_hooks.count == 0) return {};
  for (CoveredMount& mount : work.kernels) {
    bool is_new = false;
    if (Fault fault = find_cover(work.context, mount, is_new)) return fault;
  }
  return {};
}

// A path of the config may lead to all of /proc or /sys by a link of the image. The mount that it
// put there has the masks as well. After that nothing may have changed.
Fault protect_cover(Work& work, CoveredMount& mount) {
  bool is_new = false;
  if (Fault fault = find_cover(work.context, mount, is_new)) return fault;
  if (!is_new) return {};
  const auto is_in_cover = [&](const Lookup& lookup) {
    return lookup.mount == &mount && !lookup.is_all_of_it;
  };
  if (Fault fault = protect_these(work, is_in_cover)) return fault;
  if (Fault fault = find_cover(work.context, mount, is_new)) return fault;
  if (!is_new) return {};
  return refuse("was changed while the container was set up", Subject::kNone, mount.path);
}

Fault protect(const Context& context) {
  Work work = {
      context, {{"/proc", context.proc_mount, Fd()}, {"/sys", context.sys_mount, Fd()}}, {}};
  if (Fault fault = follow_hooks(work)) return fault;
  if (Fault fault = protect_paths(work)) return fault;
  for (CoveredMount& mount : work.kernels) {
    if (Fault fault = protect_cover(work, mount)) return fault;
  }
  return {};
}

}  // namespace

Fault finish_root(Context& context) {
  const InitPlan& plan = context.plan;
  collect_descriptors(plan.open_files);
  if (Fault fault = protect(context)) return fault;
  close_collected();
  if (Fault fault = make_tmpfs_readonly(plan)) return fault;
  if (!plan.root_readonly) return {};
  return make_readonly(context.root_fd, false, Subject::kRoot, "/", wire::kNoIndex);
}

}  // namespace oci::init
