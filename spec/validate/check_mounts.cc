// mounts, masked and read-only paths: config.md#mounts, config-linux.md#masked-paths.
#include "spec/validate/checks.h"
#include "spec/validate/lexical.h"

namespace oci::spec {
namespace {

// Files of procfs that may be mounted over, as lxcfs does. A mount on any other file could replace
// one through which a process is confined (CVE-2019-16884).
constexpr std::string_view kReplaceableInProc[] = {
    "/proc/cpuinfo",
    "/proc/diskstats",
    "/proc/loadavg",
    "/proc/meminfo",
    "/proc/slabinfo",
    "/proc/stat",
    "/proc/swaps",
    "/proc/sys/crypto/fips_enabled",
    "/proc/sys/kernel/ns_last_pid",
    "/proc/uptime",
};

bool has_option(const Mount& mount, std::string_view option) {
  return std::find(mount.options.begin(), mount.options.end(), option) != mount.options.end();
}

// A mount, its index, and two facts from its options.
struct Entry {
  const Mount& mount;
  size_t i;
  bool bind;
  bool remount;
  Diagnostics& out;

  void add(std::string_view key, std::string text, Code code) const {
    out.add(child_path(child_path("mounts", i), key), std::move(text), code);
  }
};

void check_type(const Entry& entry) {
  const std::string_view type = entry.mount.type ? *entry.mount.type : std::string_view();
  if (entry.bind || entry.remount) return;
  // The type of a bind mount is a dummy (config.md#linux-mount-options); mount(2) knows no such
  // type.
  if (type == "bind" || type == "rbind") {
    entry.add("options", "expected \"bind\" or \"rbind\" among them; the type alone has no effect",
              Code::kMountOption);
  } else if (type.empty()) {
    entry.add("type", "expected a filesystem, or \"bind\" or \"rbind\" in options, found neither",
              Code::kMissing);
  }
}

void check_source(const Entry& entry) {
  if (!entry.bind || entry.remount) return;
  if (!entry.mount.source || entry.mount.source->empty()) {
    entry.add("source", "expected the path to bind, found nothing", Code::kMissing);
  }
}

void check_proc(const Entry& entry, const std::string& target) {
  if (entry.remount) return;
  if (target == "/proc") {
    const bool is_proc = entry.bind
                             ? entry.mount.source && clean_path(*entry.mount.source) == "/proc"
                             : entry.mount.type == "proc";
    if (!is_proc)
      entry.add("destination", "expected type proc for a mount on /proc", Code::kMountTarget);
  } else if (target.starts_with("/proc/") &&
             std::find(std::begin(kReplaceableInProc), std::end(kReplaceableInProc), target) ==
                 std::end(kReplaceableInProc)) {
    entry.add("destination",
              cat(quoted(target),
                  " is inside /proc, where only files such as /proc/meminfo may be "
                  "mounted over"),
              Code::kMountTarget);
  }
}

void check_mappings(const Entry& entry, bool has_user_namespace) {
  const bool has_uids = !entry.mount.uid_mappings.empty();
  const bool has_gids = !entry.mount.gid_mappings.empty();
  if (has_uids != has_gids) {
    entry.add(has_uids ? "gidMappings" : "uidMappings",
              cat("missing: this property is required together with ",
                  has_uids ? "uidMappings" : "gidMappings"),
              Code::kMissing);
  }
  constexpr const char* kWithoutMaps[] = {"idmap", "ridmap", "idmap=", "ridmap="};
  const bool idmap =
      std::any_of(std::begin(kWithoutMaps), std::end(kWithoutMaps),
                  [&entry](const char* option) { return has_option(entry.mount, option); });
  if (idmap && !has_uids && !has_gids && !has_user_namespace) {
    entry.add("options", "idmap needs uidMappings and gidMappings, or a user namespace",
              Code::kMountOption);
  }
}

// `other`: the advice for a path that names the root.
void check_absolute(const std::vector<std::string>& paths, const char* list, std::string_view other,
                    Diagnostics& out) {
  for (size_t i = 0; i < paths.size(); ++i) {
    if (is_absolute(paths[i])) {
      if (clean_path(paths[i]) != "/") continue;
      out.add(child_path(list, i), cat("leads to the root itself; ", other), Code::kMountTarget);
      continue;
    }
    out.add(child_path(list, i), cat("expected an absolute path, found ", quoted(paths[i])),
            Code::kForm);
  }
}

}  // namespace

void check_destinations(const Config& config, Diagnostics& out) {
  for (size_t i = 0; i < config.mounts.size(); ++i) {
    if (!config.mounts[i].destination.empty()) continue;
    out.add(child_path(child_path("mounts", i), "destination"),
            "expected a path in the container, found \"\"", Code::kMissing);
  }
}

void check_mounts(const Config& config, Diagnostics& out) {
  check_destinations(config, out);
  const bool has_user_namespace = find_namespace(config, NamespaceType::kUser) != nullptr;
  for (size_t i = 0; i < config.mounts.size(); ++i) {
    const Mount& mount = config.mounts[i];
    const Entry entry{.mount = mount,
                      .i = i,
                      .bind = has_option(mount, "bind") || has_option(mount, "rbind"),
                      .remount = has_option(mount, "remount"),
                      .out = out};
    check_type(entry);
    check_source(entry);
    check_proc(entry, clean_path(mount.destination));
    check_mappings(entry, has_user_namespace);
  }
}

void check_paths(const Config& config, Diagnostics& out) {
  if (!config.linux) return;
  check_absolute(config.linux->masked_paths, "linux.maskedPaths", "name a path below it", out);
  check_absolute(config.linux->readonly_paths, "linux.readonlyPaths", "set root.readonly instead",
                 out);
}

}  // namespace oci::spec
