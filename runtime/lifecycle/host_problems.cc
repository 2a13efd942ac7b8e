#include "runtime/lifecycle/host_problems.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "runtime/plan/mount_options.h"
#include "runtime/plan/paths.h"
#include "runtime/plan/sysctls.h"
#include "runtime/sys/file.h"

namespace oci::lifecycle {
namespace {

using spec::child_path;

struct Look {
  const spec::Config& config;
  std::string_view bundle;
  spec::Diagnostics& problems;

  std::string on_host(std::string_view path) const { return plan::on_host(bundle, path); }
};

// ENOENT and ENOTDIR only. The step that needs the path reports all other errors.
bool is_missing(const std::string& path) {
  struct stat facts = {};
  return ::stat(path.c_str(), &facts) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

std::string element(std::string_view list, size_t i, std::string_view property) {
  return child_path(child_path(list, i), property);
}

void look_at_root(Look& look) {
  if (!look.config.root) return;
  const std::string path = look.on_host(look.config.root->path);
  struct stat facts = {};
  if (is_missing(path) || (::stat(path.c_str(), &facts) == 0 && !S_ISDIR(facts.st_mode))) {
    look.problems.add("root.path", cat("there is no directory '", path, "' for the rootfs"),
                      Code::kRootfs);
  }
}

void look_at_mounts(Look& look) {
  const std::string root = look.config.root ? look.on_host(look.config.root->path) : "/";
  for (size_t i = 0; i < look.config.mounts.size(); ++i) {
    const spec::Mount& mount = look.config.mounts[i];
    const plan::MountOptions options =
        plan::fold_mount_options(mount.options, mount.type.value_or(""));
    if (!options.bind || options.remount || !mount.source) continue;
    const std::string source = look.on_host(*mount.source);
    // The source may come from an earlier mount of the container.
    if (root != "/" && plan::is_below(source, root)) continue;
    if (is_missing(source)) {
      look.problems.add(element("mounts", i, "source"),
                        cat("'", source, "' does not exist on the host"), Code::kMountSource);
    }
  }
}

void look_at_namespaces(Look& look) {
  const auto& namespaces = look.config.linux->namespaces;
  for (size_t i = 0; i < namespaces.size(); ++i) {
    if (!namespaces[i].path || !is_missing(*namespaces[i].path)) continue;
    look.problems.add(element("linux.namespaces", i, "path"),
                      cat("there is no namespace at '", *namespaces[i].path, "'"),
                      Code::kNamespace);
  }
}

// A new network namespace has other devices, so the host cannot tell.
bool depends_on_devices(std::string_view path) {
  return path.starts_with("net/");
}

void look_at_sysctls(Look& look) {
  for (const auto& [key, value] : look.config.linux->sysctl) {
    const std::string path = plan::sysctl_path(key);
    if (depends_on_devices(path) || !is_missing(cat("/proc/sys/", path))) continue;
    look.problems.add(child_path("linux.sysctl", key), "the kernel has no sysctl of this name",
                      Code::kSysctl);
  }
}

void look_at_profile(Look& look) {
  if (!look.config.process || !look.config.process->apparmor_profile) return;
  const std::string& profile = *look.config.process->apparmor_profile;
  if (!is_profile_missing(profile)) return;
  look.problems.add("process.apparmorProfile", cat("'", profile, "' is not loaded"), Code::kLsm);
}

void look_at_hooks(Look& look) {
  const spec::Hooks& hooks = look.config.hooks;
  const struct {
    std::string_view name;
    const std::vector<spec::Hook>& list;
  } kinds[] = {{"hooks.prestart", hooks.prestart},
               {"hooks.createRuntime", hooks.create_runtime},
               {"hooks.createContainer", hooks.create_container},
               {"hooks.poststart", hooks.poststart},
               {"hooks.poststop", hooks.poststop}};
  for (const auto& kind : kinds) {
    for (size_t i = 0; i < kind.list.size(); ++i) {
      if (!is_missing(kind.list[i].path)) continue;
      look.problems.add(element(kind.name, i, "path"),
                        cat("there is no program '", kind.list[i].path, "'"), Code::kHookPath);
    }
  }
}

void look_at_net_devices(Look& look) {
  for (const spec::NetDevice& device : look.config.linux->net_devices) {
    if (!is_missing(cat("/sys/class/net/", device.host_name))) continue;
    look.problems.add(child_path("linux.netDevices", device.host_name),
                      "the host has no network device of this name", Code::kNetDevice);
  }
}

void look_at_agent(Look& look) {
  const auto& seccomp = look.config.linux->seccomp;
  if (!seccomp || !seccomp->listener_path || !is_missing(*seccomp->listener_path)) return;
  look.problems.add("linux.seccomp.listenerPath",
                    cat("there is no socket '", *seccomp->listener_path, "'"), Code::kSeccompAgent);
}

constexpr void (*kLooks[])(Look&) = {look_at_root, look_at_mounts, look_at_profile, look_at_hooks};
constexpr void (*kLooksAtLinux[])(Look&) = {look_at_namespaces, look_at_sysctls,
                                            look_at_net_devices, look_at_agent};

}  // namespace

bool is_profile_missing(std::string_view profile) {
  if (profile.empty() || profile == "unconfined") return false;
  constexpr size_t kLimit = size_t{1} << 20;
  // It lists "NAME (enforce)", and only root can read it.
  const Result<std::string> loaded =
      sys::read_file_at(AT_FDCWD, "/sys/kernel/security/apparmor/profiles", kLimit);
  if (!loaded) return false;
  return cat("\n", loaded.value()).find(cat("\n", profile, " (")) == std::string::npos;
}

void find_host_problems(const spec::Config& config, std::string_view bundle,
                        spec::Diagnostics& problems) {
  Look look{.config = config, .bundle = bundle, .problems = problems};
  for (const auto each : kLooks)
    each(look);
  if (!config.linux) return;
  for (const auto each : kLooksAtLinux)
    each(look);
}

Error with_host_problems(Error failure, const Prepared& prepared) {
  const std::string message = failure.message();
  const std::string_view property = failure.property();
  if (property.empty() || !message.starts_with(property)) return failure;
  std::string_view rest = std::string_view(message).substr(property.size());
  rest.remove_prefix(std::min(rest.find_first_not_of(": "), rest.size()));
  spec::Diagnostics all, others;
  all.add(std::string(property), std::string(rest));
  find_host_problems(prepared.config, prepared.bundle, others);
  all.add_unrelated(others);
  const Status status = all.to_status("config.json", prepared.config_text);
  const std::string told = status.error().message();
  if (told.find('\n') == std::string::npos) return failure;
  return Error(failure.kind(), told);
}

}  // namespace oci::lifecycle
