#include "runtime/criu/namespaces.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "runtime/sys/file.h"

namespace oci::criu {
namespace {

// How CRIU takes a namespace that it does not make.
enum class Way : uint8_t {
  kInherited,  // as a descriptor, under the name that the dump has given it
  kJoined,     // by its path
  kRefused,
};

struct Row {
  spec::NamespaceType type;
  Way way;
  const char* kind;  // below /proc/PID/ns, and of CRIU
  const char* name;  // of kInherited: those of runc and crun
};

constexpr Row kRows[] = {
    {spec::NamespaceType::kNetwork, Way::kInherited, "net", "extRootNetNS"},
    {spec::NamespaceType::kPid, Way::kInherited, "pid", "extRootPidNS"},
    {spec::NamespaceType::kIpc, Way::kJoined, "ipc", ""},
    {spec::NamespaceType::kUts, Way::kJoined, "uts", ""},
    {spec::NamespaceType::kTime, Way::kJoined, "time", ""},
    {spec::NamespaceType::kUser, Way::kJoined, "user", ""},
    {spec::NamespaceType::kCgroup, Way::kRefused, "cgroup", ""},
    {spec::NamespaceType::kMount, Way::kRefused, "mnt", ""},
};

const Row& row_of(spec::NamespaceType type) {
  for (const Row& row : kRows)
    if (row.type == type) return row;
  return kRows[0];
}

Status check_way(const Row& row, size_t index) {
  if (row.way != Way::kRefused) return {};
  return Error(ErrorKind::kUnsupported, Property{cat("linux.namespaces[", index, "].path")},
               cat("CRIU cannot save or restore a container in another ", row.kind, " namespace"));
}

}  // namespace

bool is_network_empty(const spec::Config& config, bool wanted) {
  if (wanted) return true;
  const spec::Hooks& hooks = config.hooks;
  return !hooks.prestart.empty() || !hooks.create_runtime.empty() ||
         (config.linux && !config.linux->net_devices.empty());
}

bool owns_cgroup_namespace(const spec::Config& config) {
  if (!config.linux) return false;
  const auto is_new = [&config](spec::NamespaceType type) {
    return std::ranges::any_of(config.linux->namespaces, [type](const spec::Namespace& wanted) {
      return wanted.type == type && !wanted.path;
    });
  };
  return is_new(spec::NamespaceType::kUser) && is_new(spec::NamespaceType::kCgroup);
}

Result<std::vector<std::string>> external_namespaces(pid_t pid, const spec::Config& config) {
  std::vector<std::string> names;
  if (!config.linux) return names;
  for (size_t i = 0; i < config.linux->namespaces.size(); ++i) {
    const spec::Namespace& wanted = config.linux->namespaces[i];
    if (!wanted.path) continue;
    const Row& row = row_of(wanted.type);
    OCI_TRY(check_way(row, i));
    if (row.way != Way::kInherited) continue;
    // Of the process: the path may be gone, or lead to another one by now.
    const std::string path = cat("/proc/", pid, "/ns/", row.kind);
    struct stat info = {};
    if (::stat(path.c_str(), &info) != 0) return Error::system(errno, cat("'", path, "'"));
    names.push_back(cat(row.kind, "[", info.st_ino, "]:", row.name));
  }
  return names;
}

Result<Namespaces> open_namespaces(const spec::Config& config) {
  Namespaces opened;
  if (!config.linux) return opened;
  for (size_t i = 0; i < config.linux->namespaces.size(); ++i) {
    const spec::Namespace& wanted = config.linux->namespaces[i];
    if (!wanted.path) continue;
    const Row& row = row_of(wanted.type);
    OCI_TRY(check_way(row, i));
    if (row.way == Way::kJoined) {
      opened.joined.push_back({row.kind, *wanted.path});
      continue;
    }
    const Property property{cat("linux.namespaces[", i, "].path")};
    opened.inherited.emplace_back(
        row.name, OCI_TRY(sys::open_at(AT_FDCWD, *wanted.path, O_RDONLY).at(property)));
  }
  return opened;
}

}  // namespace oci::criu
