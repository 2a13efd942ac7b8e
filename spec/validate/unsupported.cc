// What is valid, understood and not applied yet: refused by its path, so that no container runs
// with less than its config says. A property that asks for nothing ("", [], {}) is accepted.
#include "spec/validate/checks.h"

namespace oci::spec {
namespace {

bool is_given(const std::optional<std::string>& text) {
  return text && !text->empty();
}

struct LinuxProperty {
  const char* path;
  bool (*is_asked)(const Linux&);
};
constexpr LinuxProperty kOfLinux[] = {
    {"linux.mountLabel", [](const Linux& l) { return is_given(l.mount_label); }},
};

struct MountProperty {
  const char* key;
  bool (*is_asked)(const Mount&);
};
constexpr MountProperty kOfMounts[] = {
    {"uidMappings", [](const Mount& m) { return !m.uid_mappings.empty(); }},
    {"gidMappings", [](const Mount& m) { return !m.gid_mappings.empty(); }},
};

constexpr std::string_view kMountOptions[] = {"idmap", "ridmap"};

void refuse(std::string path, Diagnostics& out) {
  out.add(std::move(path), "not supported yet");
}

void check_mount(const Mount& mount, size_t i, Diagnostics& out) {
  for (const MountProperty& property : kOfMounts) {
    if (property.is_asked(mount)) refuse(child_path(child_path("mounts", i), property.key), out);
  }
  for (size_t k = 0; k < mount.options.size(); ++k) {
    for (const std::string_view option : kMountOptions) {
      if (mount.options[k] != option) continue;
      refuse(child_path(child_path(child_path("mounts", i), "options"), k), out);
    }
  }
}

}  // namespace

void check_supported(const Config& config, Diagnostics& out) {
  for (size_t i = 0; i < config.mounts.size(); ++i)
    check_mount(config.mounts[i], i, out);
  if (!config.linux) return;
  for (const LinuxProperty& property : kOfLinux) {
    if (property.is_asked(*config.linux)) refuse(property.path, out);
  }
}

}  // namespace oci::spec
