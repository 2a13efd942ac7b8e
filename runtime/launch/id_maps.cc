#include "runtime/launch/id_maps.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

#include "runtime/launch/id_map_helper.h"
#include "runtime/sys/file.h"

namespace oci::launch {
namespace {

bool has_capability(unsigned capability) {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> data{};
  if (::syscall(SYS_capget, &header, data.data()) != 0) return false;
  return (data[capability / 32].effective >> capability % 32 & 1) != 0;
}

// user_namespaces(7): without CAP_SETUID or CAP_SETGID, a process may only map its own id.
bool may_write(IdKind kind, std::span<const spec::IdMapping> mappings) {
  const bool is_uid = kind == IdKind::kUid;
  const uint32_t own = is_uid ? ::geteuid() : ::getegid();
  if (mappings.size() == 1 && mappings[0].size == 1 && mappings[0].host_id == own) return true;
  return has_capability(is_uid ? CAP_SETUID : CAP_SETGID);
}

Status write_map(IdKind kind, pid_t pid, std::span<const spec::IdMapping> mappings,
                 const std::string& property) {
  if (!may_write(kind, mappings)) return run_id_map_helper(kind, pid, mappings, property);
  const char* const file = kind == IdKind::kUid ? "/uid_map" : "/gid_map";
  const Status written = sys::write_file_at(AT_FDCWD, cat("/proc/", pid, file), map_text(mappings));
  if (written) return {};
  const int error = written.error().sys_errno();
  const std::string hint =
      error == EPERM ? cat("; each of its host ids must be in /proc/self", file) : "";
  return Error::system(error, Property{property}, cat("the kernel refuses this mapping", hint));
}

Status check_map(IdKind kind, std::span<const spec::IdMapping> mappings,
                 const std::string& property) {
  if (mappings.empty() || may_write(kind, mappings)) return {};
  return check_id_map_helper(kind, mappings, property);
}

}  // namespace

Status check_id_maps(const IdMaps& maps) {
  OCI_TRY(check_map(IdKind::kUid, maps.uids, cat(maps.owner, ".uidMappings")));
  return check_map(IdKind::kGid, maps.gids, cat(maps.owner, ".gidMappings"));
}

std::string map_text(std::span<const spec::IdMapping> mappings) {
  std::string text;
  for (const spec::IdMapping& mapping : mappings)
    text += cat(mapping.container_id, " ", mapping.host_id, " ", mapping.size, "\n");
  return text;
}

std::optional<uid_t> mapped_id(std::string_view map, uid_t id) {
  const auto take = [&map] {
    uint64_t number = 0;
    map.remove_prefix(std::min(map.find_first_of("0123456789"), map.size()));
    const auto parsed = std::from_chars(map.data(), map.data() + map.size(), number);
    map.remove_prefix(static_cast<size_t>(parsed.ptr - map.data()));
    return number;
  };
  while (map.find_first_of("0123456789") != map.npos) {
    const uint64_t inside = take();
    const uint64_t outside = take();
    const uint64_t size = take();
    if (id >= inside && id - inside < size) return static_cast<uid_t>(outside + (id - inside));
  }
  return {};
}

Result<uid_t> host_uid(pid_t pid, uid_t uid) {
  const std::string map =
      OCI_TRY(sys::read_file_at(AT_FDCWD, cat("/proc/", pid, "/uid_map"), size_t{1} << 16));
  if (const std::optional<uid_t> found = mapped_id(map, uid)) return *found;
  return Error(ErrorKind::kInvalidConfig, Property{"process.user.uid"},
               cat("the container's user namespace does not map ", uid));
}

Status write_id_maps(pid_t pid, const IdMaps& maps) {
  if (maps.deny_set_groups) {
    OCI_TRY(sys::write_file_at(AT_FDCWD, cat("/proc/", pid, "/setgroups"), "deny"));
  }
  OCI_TRY(write_map(IdKind::kGid, pid, maps.gids, cat(maps.owner, ".gidMappings")));
  return write_map(IdKind::kUid, pid, maps.uids, cat(maps.owner, ".uidMappings"));
}

}  // namespace oci::launch
