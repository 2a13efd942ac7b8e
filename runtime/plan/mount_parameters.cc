#include "runtime/plan/mount_parameters.h"

#include <linux/sched.h>
#include <sys/mount.h>

#include <algorithm>
#include <charconv>

#include "spec/annotations.h"

namespace oci::plan {
namespace {

using wire::MountKind;
using wire::MountOp;

// Filesystems with a superblock that `ro` does not make read-only. Most share it with all mounts of
// a namespace or of the machine, which would become read-only as well. The others cannot be mounted
// a second time, so the mount's own attribute is enough.
constexpr std::string_view kSharedFilesystems[] = {
    "binfmt_misc", "bpf",        "cgroup2", "configfs",  "debugfs", "devpts",
    "devtmpfs",    "efivarfs",   "fusectl", "hugetlbfs", "mqueue",  "proc",
    "pstore",      "securityfs", "sysfs",   "tmpfs",     "tracefs",
};
static_assert(std::ranges::is_sorted(kSharedFilesystems));

// fsconfig(2): fs/fsopen.c copies at most this many bytes of a value, with its NUL.
constexpr size_t kLongestValue = 256;
// mount(2), DATA: a page of options, which ends with a NUL.
constexpr size_t kPage = 4096;

// A parameter before it is written to the block.
struct Parameter {
  std::string_view key;
  std::string_view value;
  bool has_value = false;
};
using Parameters = std::vector<Parameter>;

// The flags of the mount. Defaults of a new filesystem need no flag.
Parameters flags_of(const FilesystemMount& mount, const MountOp& op) {
  Parameters parameters;
  const bool is_new = op.kind == MountKind::kFilesystem;
  if (is_new && (op.attr_set & MOUNT_ATTR_RDONLY) != 0 &&
      !std::ranges::binary_search(kSharedFilesystems, mount.type)) {
    parameters.push_back({.key = "ro"});
  }
  const MountOptions& options = mount.options;
  for (const std::string_view name :
       superblock_flag_names(options.super_set, is_new ? 0 : options.super_clear)) {
    parameters.push_back({.key = name});
  }
  return parameters;
}

void add_iversion(Draft& draft, const FilesystemMount& mount, Parameters& parameters) {
  if ((mount.options.super_set & MS_I_VERSION) == 0) return;
  if (mount.type == "ext4") {
    parameters.push_back({.key = "i_version"});
    return;
  }
  draft.plan.warnings.push_back({cat(
      "mounts[", mount.index, "].options: iversion has no effect, the filesystem itself decides")});
}

// Filesystems without linux.mountLabel: proc and sysfs have labels of their own, the container does
// not own a cgroup hierarchy, and mqueue accepts no option.
constexpr std::string_view kUnlabelled[] = {"cgroup2", "mqueue", "proc", "sysfs"};
// security/selinux/hooks.c: filesystems that accept a label when made in a user namespace.
constexpr std::string_view kLabelledByUsers[] = {"devpts", "overlay", "ramfs", "tmpfs"};

constexpr std::string_view kContextTypes[] = {"context", "fscontext", "defcontext", "rootcontext"};

template <size_t N>
bool is_in(const std::string_view (&list)[N], std::string_view word) {
  return std::ranges::find(list, word) != std::end(list);
}

std::string_view context_type(const spec::Config& config) {
  for (const auto& [key, value] : config.annotations) {
    if (key == spec::kMountContextType) return value;
  }
  return kContextTypes[0];
}

void add_label(Draft& draft, const FilesystemMount& mount, MountOp& op, Parameters& parameters) {
  const std::string_view label = draft.config.linux->mount_label
                                     ? std::string_view(*draft.config.linux->mount_label)
                                     : std::string_view();
  if (label.empty() || op.kind != MountKind::kFilesystem) return;
  // A label in the options overrides linux.mountLabel, because engines set it on purpose.
  const auto is_context = [](const MountParameter& own) { return is_in(kContextTypes, own.key); };
  if (std::ranges::any_of(mount.options.parameters, is_context)) return;
  if (mount.type == "mqueue" && !draft.has_own(CLONE_NEWUSER)) op.label = draft.block.text(label);
  if (is_in(kUnlabelled, mount.type)) return;
  if (draft.has_own(CLONE_NEWUSER) && !is_in(kLabelledByUsers, mount.type)) return;
  parameters.push_back({.key = context_type(draft.config), .value = label, .has_value = true});
}

bool is_long(const Parameter& parameter) {
  return parameter.value.size() >= kLongestValue;
}

size_t size_of(const Parameters& parameters) {
  size_t size = 0;
  for (const Parameter& parameter : parameters)
    size += parameter.key.size() + parameter.value.size() + 2;  // '=' and ','
  return size;
}

wire::List<wire::Parameter> in_block(Block& block, const Parameters& parameters) {
  std::vector<wire::Parameter> list;
  for (const Parameter& parameter : parameters) {
    list.push_back({.key = block.text(parameter.key),
                    .value = parameter.has_value ? block.text(parameter.value) : wire::Text()});
  }
  return block.list(list);
}

// The layers of an overlay can be set one by one, in any number.
bool plan_layers(Draft& draft, const FilesystemMount& mount, const Parameters& parameters,
                 MountOp& op) {
  std::vector<Layer> layers;
  for (const Parameter& parameter : parameters) {
    if (!is_long(parameter)) continue;
    if (mount.type != "overlay" || parameter.key != "lowerdir") return false;
    layers = overlay_layers(parameter.value);
  }
  Parameters said;
  for (const Layer& layer : layers) {
    said.push_back({.key = layer.key, .value = layer.path, .has_value = true});
    if (is_long(said.back())) return false;
  }
  op.layers = in_block(draft.block, said);
  return true;
}

// The ids mapped by a new user namespace are known here. The kernel would only return EINVAL.
Status check_owner(const Draft& draft, const FilesystemMount& mount) {
  if ((draft.created & CLONE_NEWUSER) == 0) return {};
  for (const MountParameter& parameter : mount.options.parameters) {
    const bool is_gid = parameter.key == "gid";
    if (!is_gid && parameter.key != "uid") continue;
    uint32_t id = 0;
    const char* const end = parameter.value.data() + parameter.value.size();
    if (std::from_chars(parameter.value.data(), end, id).ec != std::errc()) continue;
    const auto maps = [id](const spec::IdMapping& map) {
      return id >= map.container_id && id - map.container_id < map.size;
    };
    if (std::ranges::any_of(is_gid ? draft.plan.gid_mappings : draft.plan.uid_mappings, maps)) {
      continue;
    }
    return invalid(cat("mounts[", mount.index, "].options"),
                   cat("'", parameter.key, "=", id, "' is an id that linux.", parameter.key,
                       "Mappings does not map; leave it out, or map a range"));
  }
  return {};
}

// Before Linux 6.5, overlay accepts no comma from fsconfig(2), but one after a backslash from
// mount(2).
bool has_escaped_comma(const FilesystemMount& mount) {
  const auto has_comma = [](const MountParameter& own) {
    return own.value.find(',') != own.value.npos && !is_in(kContextTypes, own.key);
  };
  return mount.type == "overlay" && std::ranges::any_of(mount.options.parameters, has_comma);
}

Status choose_mount_call(Draft& draft, const FilesystemMount& mount, const Parameters& parameters,
                         MountOp& op) {
  const bool has_long = std::ranges::any_of(parameters, is_long);
  const std::string where = cat("mounts[", mount.index, "].options");
  if (op.kind == MountKind::kRemount) {
    if (has_long) return invalid(where, "a remount takes values of at most 255 bytes");
    return {};
  }
  if (!has_long && !has_escaped_comma(mount)) return {};
  if (has_long && plan_layers(draft, mount, parameters, op)) return {};
  const size_t size = size_of(parameters);
  if (size >= kPage) {
    return invalid(where,
                   cat("come to ", size, " bytes for the filesystem, where the kernel takes 4095"));
  }
  op.by_page = true;
  return {};
}

}  // namespace

Status check_mount_label(const Draft& draft) {
  const auto& label = draft.config.linux->mount_label;
  if (!label || label->empty()) return {};
  if (!draft.host.selinux) {
    return Error(
        ErrorKind::kUnsupported, Property{"linux.mountLabel"},
        "SELinux is not enabled on this host; boot with selinux=1, or remove the property");
  }
  const std::string_view type = context_type(draft.config);
  if (is_in(kContextTypes, type)) return {};
  return invalid(cat("annotations.", spec::kMountContextType),
                 cat("expected context, fscontext, defcontext or rootcontext, found '", type, "'"));
}

std::vector<Layer> overlay_layers(std::string_view lowerdir) {
  std::vector<Layer> layers;
  std::string path;
  bool is_data = false;
  const auto finish = [&] {
    if (!path.empty()) layers.push_back({is_data ? "datadir+" : "lowerdir+", std::move(path)});
    path.clear();
  };
  for (size_t i = 0; i < lowerdir.size(); ++i) {
    if (lowerdir[i] == '\\' && i + 1 < lowerdir.size()) {
      path += lowerdir[++i];
    } else if (lowerdir[i] != ':') {
      path += lowerdir[i];
    } else {
      finish();
      const bool twice = i + 1 < lowerdir.size() && lowerdir[i + 1] == ':';
      if (twice) ++i;
      is_data = is_data || twice;
    }
  }
  finish();
  return layers;
}

Status plan_parameters(Draft& draft, const FilesystemMount& mount, MountOp& op) {
  OCI_TRY(check_owner(draft, mount));
  Parameters parameters = flags_of(mount, op);
  add_iversion(draft, mount, parameters);
  for (const MountParameter& parameter : mount.options.parameters) {
    parameters.push_back({parameter.key, parameter.value, parameter.has_value});
  }
  add_label(draft, mount, op, parameters);
  OCI_TRY(choose_mount_call(draft, mount, parameters, op));
  op.parameters = in_block(draft.block, parameters);
  return {};
}

}  // namespace oci::plan
