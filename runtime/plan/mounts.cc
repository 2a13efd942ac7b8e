// Converts config.json's mounts to operations of init: config.md#mounts.
#include <linux/sched.h>
#include <sys/mount.h>

#include <algorithm>
#include <cstddef>

#include "runtime/plan/draft.h"
#include "runtime/plan/id_map_option.h"
#include "runtime/plan/mount_options.h"
#include "runtime/plan/mount_parameters.h"
#include "runtime/plan/paths.h"

namespace oci::plan {
namespace {

using wire::MountKind;
using wire::MountOp;

// An entry of `mounts` while it is converted to an operation.
struct Entry {
  Draft& draft;
  const size_t i;
  const spec::Mount& mount;
  MountOptions options;
  const std::string target;
  std::string source{};     // of a bind mount: a path on the host
  std::string_view type{};  // of a filesystem
  bool is_hosts = false;    // sysfs: the host's own, completely read-only

  std::string at(std::string_view property) const { return cat("mounts[", i, "].", property); }

  Error refuse_option(size_t option, std::string_view why) const {
    return invalid(cat("mounts[", i, "].options[", option, "]"),
                   cat("'", mount.options[option], "' ", why));
  }
};

bool has_type(const Entry& entry, std::string_view type) {
  return entry.mount.type == type;
}

// spec/validate accepts only permitted destinations in /proc. Any other target that turns out to be
// in a procfs got there by a link of the image (CVE-2019-16884).
bool is_in_proc(std::string_view target) {
  constexpr std::string_view kProc = "/proc";
  return target.starts_with(kProc) &&
         (target.size() == kProc.size() || target[kProc.size()] == '/');
}

Status check_target(const Entry& entry, const MountOp& op) {
  if (entry.target != "/" || op.kind == MountKind::kRemount) return {};
  return invalid(entry.at("destination"),
                 "a mount on '/' would hide the root filesystem; set root.path instead");
}

// Attributes belong to a mount. All other options belong to the filesystem.
Status check_attributes_only(const Entry& entry, std::string_view what) {
  const MountOptions& options = entry.options;
  if (!options.parameters.empty()) {
    return entry.refuse_option(options.parameters.front().option,
                               cat("is a filesystem option, but ", what, " makes no filesystem"));
  }
  // mand has no effect since Linux 5.15, so it may be ignored.
  if ((options.super_set & ~uint64_t{MS_MANDLOCK}) != 0) {
    return entry.refuse_option(*options.first_super, cat("is an option of a whole filesystem, but ",
                                                         what, " makes no filesystem"));
  }
  return {};
}

// crun(1): links are followed without these options.
Status check_link_options(const Entry& entry) {
  const MountOptions& options = entry.options;
  if (!options.first_link) return {};
  if (!options.bind || options.remount) {
    return entry.refuse_option(*options.first_link, "is for bind mounts only");
  }
  if (options.copy_symlink && (options.source_nofollow || options.target_nofollow)) {
    return entry.refuse_option(
        *options.first_link,
        "is in conflict: copy-symlink excludes src-nofollow and dest-nofollow");
  }
  return {};
}

Status read_id_map_option(const Entry& entry, wire::MountIdMap& map) {
  const std::string_view text = entry.options.id_map_text;
  if (text.empty()) return {};
  const size_t at = *entry.options.id_map;
  if (!map.uids.empty())
    return entry.refuse_option(at, "is given together with uidMappings; leave one out");
  const spec::Linux& linux = *entry.draft.config.linux;
  auto maps = parse_id_map_option(text, linux.uid_mappings, linux.gid_mappings);
  if (!maps) return entry.refuse_option(at, cat("is no id map: ", maps.error().message()));
  map.uids = std::move(maps.value().uids);
  map.gids = std::move(maps.value().gids);
  return {};
}

std::string text_of(std::span<const spec::IdMapping> maps) {
  std::string text;
  for (const spec::IdMapping& map : maps)
    text += cat(map.container_id, " ", map.host_id, " ", map.size, ",");
  return text;
}

// config.md#linux-mount-options: the mount's own maps, or else those of the container. Maps without
// the option count as a request, too.
Result<std::optional<size_t>> find_id_map(const Entry& entry) {
  const spec::Mount& mount = entry.mount;
  if (!entry.options.id_map && mount.uid_mappings.empty()) return std::optional<size_t>();
  wire::MountIdMap map{
      .uids = mount.uid_mappings, .gids = mount.gid_mappings, .index = index_of(entry.i)};
  OCI_TRY(read_id_map_option(entry, map));
  if (map.uids.empty()) {
    map.uids = entry.draft.plan.uid_mappings;
    map.gids = entry.draft.plan.gid_mappings;
  }
  std::vector<wire::MountIdMap>& all = entry.draft.plan.id_maps;
  const std::string text = cat(text_of(map.uids), ";", text_of(map.gids));
  const auto [known, is_new] = entry.draft.known_id_maps.emplace(text, all.size());
  if (is_new) all.push_back(std::move(map));
  return std::optional(known->second);
}

// By its name, because an earlier mount of the container may be at the path when it is bound.
bool is_in_root(const Draft& draft, std::string_view source) {
  return draft.rootfs != "/" && is_below(source, draft.rootfs);
}

Status plan_bind(Entry& entry, MountOp& op, bool recursive) {
  op.kind = MountKind::kBind;
  op.recursive = recursive;
  op.copy_symlink = entry.options.copy_symlink;
  op.source_nofollow = entry.options.source_nofollow || op.copy_symlink;
  op.target_nofollow = entry.options.target_nofollow;
  const std::optional<size_t> id_map = OCI_TRY(find_id_map(entry));
  if (id_map && !entry.draft.host.may_mount()) {
    return Error(ErrorKind::kUnsupported, Property{entry.at("options")},
                 "only root can map the ids of the host's files; leave idmap out");
  }
  op.source_in_root = !id_map && is_in_root(entry.draft, entry.source);
  if (op.source_in_root) return {};
  // The runtime maps the ids, because it owns the filesystems of the host. Init may not.
  if (!entry.draft.needs_trees() && !id_map) {
    entry.draft.block.init().recursive_sources |= recursive;
    return {};
  }
  entry.draft.plan.trees.push_back({
      .path = entry.source,
      .recursive = recursive,
      .nofollow = op.source_nofollow,
      .propagation = entry.draft.tree_propagation(),
      .subject = wire::Subject::kMountSource,
      .index = index_of(entry.i),
      .fd_offset = entry.i * sizeof(MountOp) + offsetof(MountOp, source_fd),
      .id_map = id_map,
      .id_map_recursive = entry.options.id_map_recursive,
  });
  return {};
}

// kernel/cgroup/cgroup.c: options of the machine's single hierarchy. The kernel accepts changes
// only from the initial cgroup namespace. Engines copy them from the host's mount
// (https://github.com/containerd/containerd/pull/12952), and with them seclabel, which SELinux
// shows there and ignores.
constexpr std::string_view kHierarchyOptions[] = {
    "favordynmods", "memory_hugetlb_accounting", "memory_localevents", "memory_recursiveprot",
    "nsdelegate",   "pids_localevents",          "seclabel",
};

// Drops the options, because the hierarchy keeps its own.
Status take_hierarchy_options(Entry& entry) {
  for (const MountParameter& parameter : entry.options.parameters) {
    if (!parameter.has_value && std::ranges::count(kHierarchyOptions, parameter.key) != 0) continue;
    return invalid(cat(entry.at("options"), "[", parameter.option, "]"),
                   cat("'", parameter.key,
                       "' is not an option that a cgroup mount can have here; "
                       "leave it out"));
  }
  entry.options.parameters.clear();
  return check_attributes_only(entry, "a mount of the cgroup hierarchy");
}

bool is_cgroup(const spec::Mount& mount) {
  return mount.type == "cgroup" || mount.type == "cgroup2";
}

// A remount need not give the type of the existing mount.
bool remounts_cgroup(const Entry& entry) {
  if (is_cgroup(entry.mount)) return true;
  const auto& mounts = entry.draft.config.mounts;
  for (size_t i = entry.i; i > 0; --i) {
    if (clean_in_root(mounts[i - 1].destination) == entry.target) return is_cgroup(mounts[i - 1]);
  }
  return false;
}

// Inside a cgroup namespace, a mount of cgroup2 shows the container's own part. Without one it
// would show the same as the host's mount, take the kernel 10-15 ms, and change the options of the
// hierarchy. So bind the host's mount.
Status plan_cgroup(Entry& entry, MountOp& op) {
  OCI_TRY(take_hierarchy_options(entry));
  if (entry.draft.has_own(CLONE_NEWCGROUP) && !entry.draft.host.joins_initial_cgroup_namespace) {
    op.kind = MountKind::kFilesystem;
    entry.type = "cgroup2";
    return {};
  }
  if (entry.draft.host.cgroup2_mount_point.empty()) {
    return Error(ErrorKind::kUnsupported, Property{entry.at("type")},
                 "this host has no cgroup v2 hierarchy to show; add a cgroup "
                 "namespace or drop the mount");
  }
  entry.source = entry.draft.host.cgroup2_mount_point;
  return plan_bind(entry, op, false);
}

// sysfs(5) shows a network namespace, and only its owner may mount it. One that existed before the
// user namespace has another owner.
bool owns_network(const Draft& draft) {
  if ((draft.created & CLONE_NEWUSER) != 0) return draft.has_own(CLONE_NEWNET);
  return !draft.is_unprivileged() || draft.has_own(CLONE_NEWNET);
}

// Binds the host's sysfs. Everything in it gets the restrictions of the mount itself
// (CVE-2023-25809).
Status plan_host_sysfs(Entry& entry, MountOp& op) {
  OCI_TRY(check_attributes_only(entry, "sysfs without a network namespace of its own"));
  entry.source = "/sys";
  entry.is_hosts = true;
  if ((entry.options.attr_set & MOUNT_ATTR_RDONLY) == 0) {
    entry.draft.plan.warnings.push_back(
        {cat(entry.at("type"),
             ": the host's sysfs is shown, read-only: one of its own takes a network namespace "
             "that belongs to the user namespace")});
  }
  op.target_is_plain = true;
  return plan_bind(entry, op, true);
}

Status plan_id_map(Entry& entry, const MountOp& op) {
  const std::optional<size_t> id_map = OCI_TRY(find_id_map(entry));
  if (!id_map) return {};
  if (op.kind == MountKind::kRemount) {
    return invalid(entry.at("options"), "the ids of an existing mount cannot be mapped");
  }
  entry.draft.plan.mapped_filesystems.push_back(
      {.id_map = *id_map, .fd_offset = entry.i * sizeof(MountOp) + offsetof(MountOp, id_map_fd)});
  return {};
}

// The namespace that a filesystem shows. Mounting it needs privileges over that namespace. Init has
// none over a namespace that it joins from outside its own user namespace.
constexpr struct {
  std::string_view type;
  uint64_t shown;
} kShown[] = {{"proc", CLONE_NEWPID},
              {"sysfs", CLONE_NEWNET},
              {"mqueue", CLONE_NEWIPC},
              {"cgroup2", CLONE_NEWCGROUP}};

void plan_shown_namespaces(Entry& entry, MountOp& op) {
  if (!entry.draft.has_own(CLONE_NEWUSER)) return;
  for (const auto& row : kShown)
    if (row.type == entry.type) op.shows = row.shown & entry.draft.joined;
  entry.draft.block.init().mounts_show |= op.shows;
}

Status plan_filesystem(Entry& entry, MountOp& op) {
  op.kind = MountKind::kFilesystem;
  if (entry.mount.type) entry.type = *entry.mount.type;
  op.target_is_plain = entry.type == "proc" || entry.type == "sysfs";
  return {};
}

Status plan_kind(Entry& entry, MountOp& op) {
  const MountOptions& options = entry.options;
  OCI_TRY(check_link_options(entry));
  if (options.remount) {
    op.kind = MountKind::kRemount;
    if (remounts_cgroup(entry)) return take_hierarchy_options(entry);
    return options.bind ? check_attributes_only(entry, "remount of a bind mount") : Status();
  }
  if (options.bind) {
    OCI_TRY(check_attributes_only(entry, "a bind mount"));
    entry.source = on_host(entry.draft.request.bundle, entry.mount.source.value_or(""));
    return plan_bind(entry, op, options.recursive);
  }
  if (is_cgroup(entry.mount)) return plan_cgroup(entry, op);
  if (has_type(entry, "sysfs") && !owns_network(entry.draft)) return plan_host_sysfs(entry, op);
  return plan_filesystem(entry, op);
}

void set_attributes(const Entry& entry, MountOp& op) {
  const MountOptions& options = entry.options;
  op.attr_set = options.attr_set;
  op.attr_clear = options.attr_clear;
  op.tree_set = options.tree_set;
  op.tree_clear = options.tree_clear;
  if (entry.is_hosts) {
    // Protection by the host stays, whatever the options are.
    op.attr_set |= MOUNT_ATTR_RDONLY;
    op.attr_clear &= MOUNT_ATTR__ATIME;
    op.tree_set |= op.attr_set;
    op.tree_clear |= op.attr_clear;
  }
  op.propagation = options.propagation;
  op.propagation_recursive = options.propagation_recursive;
}

bool has_parameter(const MountOptions& options, std::string_view key) {
  return std::ranges::any_of(options.parameters,
                             [key](const MountParameter& own) { return own.key == key; });
}

Result<MountOp> plan_mount(Draft& draft, size_t i) {
  const spec::Mount& mount = draft.config.mounts[i];
  Entry entry{.draft = draft,
              .i = i,
              .mount = mount,
              .options = fold_mount_options(mount.options, mount.type.value_or("")),
              .target = clean_in_root(mount.destination)};
  MountOp op;
  op.index = index_of(i);
  OCI_TRY(plan_kind(entry, op));
  const bool is_tmpfs = op.kind == MountKind::kFilesystem && entry.type == "tmpfs";
  if (const auto option = entry.options.copy_up) {
    if (!is_tmpfs) {
      return entry.refuse_option(*option, "is for type tmpfs only");
    }
    op.copy_up = true;
  }
  OCI_TRY(check_target(entry, op));
  if (op.kind != MountKind::kBind) OCI_TRY(plan_id_map(entry, op));
  if (op.kind == MountKind::kFilesystem) plan_shown_namespaces(entry, op);
  op.allowed_on_proc = op.kind == MountKind::kRemount || is_in_proc(entry.target);
  set_attributes(entry, op);
  // Unless mode= is given, as in other runtimes.
  op.mode_of_target = is_tmpfs && !has_parameter(entry.options, "mode");
  // Devices are still to be made in /dev, and other mounts may need their targets in any tmpfs.
  op.readonly_late = is_tmpfs && (op.attr_set & MOUNT_ATTR_RDONLY) != 0;
  op.target = draft.block.text(entry.target);
  op.type = draft.block.optional_text(entry.type);
  if (op.kind == MountKind::kBind) {
    op.source = draft.block.text(entry.source);
  } else {
    op.source = draft.block.optional_text(mount.source.value_or(""));
  }
  if (op.kind != MountKind::kBind) {
    OCI_TRY(plan_parameters(draft, {i, entry.type, entry.options}, op));
  }
  return op;
}

// A later remount of it decides when it becomes read-only.
void leave_to_remount(const Draft& draft, std::vector<MountOp>& ops, size_t remount) {
  const std::string& target = draft.config.mounts[remount].destination;
  for (size_t i = 0; i < remount; ++i) {
    if (draft.config.mounts[i].destination == target) ops[i].readonly_late = false;
  }
}

}  // namespace

Status plan_mounts(Draft& draft) {
  const size_t count = draft.config.mounts.size();
  if (count > draft.host.mount_max) {
    return invalid("mounts", cat("has ", count, " entries, more than the ", draft.host.mount_max,
                                 " mounts that fs.mount-max allows"));
  }
  OCI_TRY(check_mount_label(draft));
  std::vector<MountOp> ops;
  ops.reserve(count);
  const size_t first_tree = draft.plan.trees.size();
  for (size_t i = 0; i < count; ++i) {
    Result<MountOp> op = plan_mount(draft, i);
    if (op) {
      ops.push_back(std::move(op).value());
    } else {
      OCI_TRY(draft.pass(std::move(op).error()));
    }
  }
  if (ops.size() != count) return {};
  for (size_t i = 0; i < count; ++i)
    if (ops[i].kind == MountKind::kRemount) leave_to_remount(draft, ops, i);
  mark_readonly_that_stays(draft, ops);
  const wire::List<MountOp> list = draft.block.list(ops);
  draft.block.init().mounts = list;
  for (size_t i = first_tree; i < draft.plan.trees.size(); ++i) {
    draft.plan.trees[i].fd_offset += list.at;
  }
  for (wire::MappedFilesystem& mapped : draft.plan.mapped_filesystems)
    mapped.fd_offset += list.at;
  return {};
}

}  // namespace oci::plan
