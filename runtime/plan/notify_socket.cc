#include "runtime/plan/notify_socket.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "spec/error.h"

namespace oci::plan {
namespace {

constexpr std::string_view kVariable = "NOTIFY_SOCKET=";

enum class Place { kRoot, kTmpfs, kOther };

Place mount_at(const spec::Config& config, std::string_view path) {
  Place place = Place::kRoot;
  for (const spec::Mount& mount : config.mounts) {
    if (mount.destination != path) continue;
    const bool writable = std::ranges::find(mount.options, "ro") == mount.options.end();
    place = mount.type == "tmpfs" && writable ? Place::kTmpfs : Place::kOther;
  }
  return place;
}

// A directory that exists with any root filesystem, and where the socket leaves no file behind.
std::string place_inside(const spec::Config& config) {
  for (const std::string_view base : {"/run", "/dev"}) {
    if (mount_at(config, base) == Place::kTmpfs) return cat(base, "/", kNotifyDirectory);
  }
  return mount_at(config, "/run") == Place::kRoot ? cat("/run/", kNotifyDirectory)
                                                  : cat("/", kNotifyDirectory);
}

}  // namespace

bool add_notify_socket(spec::Config& config, const std::string& state_dir) {
  if (!config.process) return false;
  std::vector<std::string>& env = config.process->env;
  if (std::ranges::any_of(env, [](const auto& one) { return one.starts_with(kVariable); })) {
    return false;
  }
  const std::string place = place_inside(config);
  spec::Mount mount;
  mount.destination = place;
  mount.type = "bind";
  mount.source = cat(state_dir, "/", kNotifyDirectory);
  mount.options = {"bind", "nosuid", "noexec", "nodev", "ro"};
  config.mounts.push_back(std::move(mount));
  env.push_back(cat(kVariable, place, "/", kNotifySocket));
  return true;
}

}  // namespace oci::plan
