// Device nodes, and the links in /dev: config-linux.md#devices, runtime-linux.md.
#include <linux/capability.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstddef>

#include "runtime/plan/draft.h"
#include "runtime/plan/paths.h"

namespace oci::plan {
namespace {

struct DefaultDevice {
  const char* path;
  uint32_t major, minor;
};
constexpr DefaultDevice kDefaultDevices[] = {
    {"/dev/null", 1, 3},   {"/dev/zero", 1, 5},    {"/dev/full", 1, 7},
    {"/dev/random", 1, 8}, {"/dev/urandom", 1, 9}, {"/dev/tty", 5, 0},
};
constexpr uint32_t kDefaultMode = 0666;

constexpr char kMultiplexer[] = "/dev/ptmx";

struct Link {
  const char* path;
  const char* target;
  bool replace = false;
};
constexpr Link kLinks[] = {
    {"/dev/fd", "/proc/self/fd"},
    {"/dev/stdin", "/proc/self/fd/0"},
    {"/dev/stdout", "/proc/self/fd/1"},
    {"/dev/stderr", "/proc/self/fd/2"},
    // Replaces a node of the image, which would be the host's: it must lead to the container's
    // devpts.
    {kMultiplexer, "pts/ptmx", true},
};

uint32_t format_of(spec::DeviceType type) {
  switch (type) {
    case spec::DeviceType::kBlock:
      return S_IFBLK;
    case spec::DeviceType::kFifo:
      return S_IFIFO;
    case spec::DeviceType::kAll:
    case spec::DeviceType::kChar:
      break;
  }
  return S_IFCHR;
}

std::optional<uint32_t> on_host(const std::vector<spec::IdMapping>& maps, uint32_t id) {
  for (const spec::IdMapping& map : maps)
    if (id >= map.container_id && id - map.container_id < map.size) {
      return map.host_id + (id - map.container_id);
    }
  return {};
}

// mknod(2) of a device needs the initial user namespace, and a mount that belongs to it.
bool may_make_devices(const Host& host) {
  constexpr uint64_t kNeeded =
      uint64_t{1} << CAP_SYS_ADMIN | uint64_t{1} << CAP_MKNOD | uint64_t{1} << CAP_CHOWN;
  return host.in_initial_user_namespace && (host.capabilities.permitted & kNeeded) == kNeeded;
}

// `at`: the index of `op` in the list of devices.
void leave_to_runtime(Draft& draft, const wire::DeviceOp& op, size_t at, const std::string& path) {
  wire::DeviceNode node{.path = path,
                        .mode = op.mode,
                        .major = op.major,
                        .minor = op.minor,
                        .owner_matters = op.uid != 0 || op.gid != 0,
                        .index = op.index,
                        .fd_offset = at * sizeof op + offsetof(wire::DeviceOp, source_fd)};
  if (may_make_devices(draft.host)) {
    node.uid = on_host(draft.plan.uid_mappings, op.uid);
    node.gid = on_host(draft.plan.gid_mappings, op.gid);
  }
  draft.plan.device_nodes.push_back(std::move(node));
}

// Every container gets names in /dev itself, and one is removed there. Through a link of the image,
// these would be made and removed in a directory of the image's choice (CVE-2026-41579). Elsewhere
// the config chooses the name, and the root filesystem may have links.
bool is_in_dev(std::string_view path) {
  return path.substr(0, path.rfind('/')) == "/dev";
}

wire::DeviceOp plan_device(Draft& draft, size_t i, const std::string& path) {
  const spec::Device& device = draft.config.linux->devices[i];
  wire::DeviceOp op;
  op.path = draft.block.text(path);
  // `fileMode` may include the file type, as in stat(2).
  op.mode = format_of(device.type) | (device.file_mode.value_or(kDefaultMode) & 07777);
  op.uid = device.uid.value_or(0);
  op.gid = device.gid.value_or(0);
  op.index = index_of(i);
  op.parent_is_plain = is_in_dev(path);
  if (device.type == spec::DeviceType::kFifo) return op;  // needs no privilege
  op.major = static_cast<uint32_t>(device.major.value_or(0));
  op.minor = static_cast<uint32_t>(device.minor.value_or(0));
  op.bind = draft.is_unprivileged();
  return op;
}

bool has_option(const spec::Mount& mount, std::string_view name) {
  return std::ranges::find(mount.options, name) != mount.options.end();
}

// The mounts of the config that the program will see at paths of /dev.
class MountsInDev {
 public:
  explicit MountsInDev(const spec::Config& config) {
    for (const spec::Mount& mount : config.mounts) {
      std::string target = clean_in_root(mount.destination);
      const bool counts = target == "/" || target == "/dev" || target.starts_with("/dev/");
      if (counts && !has_option(mount, "remount")) mounts_.emplace_back(std::move(target), &mount);
    }
  }

  // nullptr: none, or a later mount covers it.
  const spec::Mount* at(std::string_view path) const {
    const spec::Mount* seen = nullptr;
    for (const auto& [target, mount] : mounts_) {
      if (target == path) {
        seen = mount;
      } else if (is_above(target, path)) {
        seen = nullptr;
      }
    }
    return seen;
  }

 private:
  static bool is_above(std::string_view target, std::string_view path) {
    return target == "/" || (path.starts_with(target) && path[target.size()] == '/');
  }

  std::vector<std::pair<std::string, const spec::Mount*>> mounts_;
};

bool is_listed(const spec::Config& config, std::string_view path) {
  return std::ranges::any_of(config.linux->devices, [path](const spec::Device& device) {
    return clean_in_root(device.path) == path;
  });
}

// If the config mounts on one of them (`--volume /dev/urandom:/dev/random`), the mount is used
// instead.
void add_default_devices(Draft& draft, const MountsInDev& mounts,
                         std::vector<wire::DeviceOp>& ops) {
  for (const DefaultDevice& device : kDefaultDevices) {
    if (is_listed(draft.config, device.path) || mounts.at(device.path) != nullptr) continue;
    ops.push_back({.path = draft.block.text(device.path),
                   .mode = S_IFCHR | kDefaultMode,
                   .major = device.major,
                   .minor = device.minor,
                   .index = wire::kNoIndex,
                   .bind = draft.is_unprivileged(),
                   .parent_is_plain = true});
  }
}

void plan_links(Draft& draft, const MountsInDev& mounts) {
  std::vector<wire::LinkOp> links;
  for (const Link& link : kLinks) {
    if (mounts.at(link.path) != nullptr) continue;
    links.push_back({.path = draft.block.text(link.path),
                     .target = draft.block.text(link.target),
                     .replace = link.replace});
  }
  draft.block.init().links = draft.block.list(links);
}

}  // namespace

Status plan_devices(Draft& draft) {
  // A bind-mounted /dev, perhaps the host's, is complete: nothing may be made in it.
  const MountsInDev mounts(draft.config);
  const spec::Mount* dev = mounts.at("/dev");
  const bool dev_is_complete =
      dev != nullptr && (has_option(*dev, "bind") || has_option(*dev, "rbind"));
  std::vector<wire::DeviceOp> ops;
  if (!dev_is_complete) {
    add_default_devices(draft, mounts, ops);
    plan_links(draft, mounts);
  }
  const auto& devices = draft.config.linux->devices;
  for (size_t i = 0; i < devices.size(); ++i) {
    const std::string path = clean_in_root(devices[i].path);
    if (dev_is_complete && path.starts_with("/dev/")) continue;
    // Configs of privileged containers list the host's ptmx, which has no terminals of the
    // container.
    if (path == kMultiplexer) continue;
    ops.push_back(plan_device(draft, i, path));
    if (ops.back().bind) leave_to_runtime(draft, ops.back(), ops.size() - 1, path);
  }
  const wire::List<wire::DeviceOp> list = draft.block.list(ops);
  draft.block.init().devices = list;
  for (wire::DeviceNode& node : draft.plan.device_nodes)
    node.fd_offset += list.at;
  return {};
}

}  // namespace oci::plan
