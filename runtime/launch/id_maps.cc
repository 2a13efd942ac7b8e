#include "runtime/launch/id_maps.h"

#include <fcntl.h>

#include <algorithm>
#include <charconv>

#include "runtime/sys/file.h"

namespace oci::launch {
namespace {

Status write_map(pid_t pid, const char* file, std::string_view text, std::string_view property) {
  const Status written = sys::write_file_at(AT_FDCWD, cat("/proc/", pid, "/", file), text);
  if (written) return {};
  return Error::system(written.error().sys_errno(),
                       cat(property, ": the kernel refuses this mapping"));
}

}  // namespace

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
  return Error(ErrorKind::kInvalidConfig,
               cat("process.user.uid: the container's user namespace does not map ", uid));
}

Status write_id_maps(pid_t pid, const IdMaps& maps) {
  if (maps.deny_set_groups) {
    OCI_TRY(sys::write_file_at(AT_FDCWD, cat("/proc/", pid, "/setgroups"), "deny"));
  }
  OCI_TRY(write_map(pid, "gid_map", map_text(maps.gids), cat(maps.owner, ".gidMappings")));
  return write_map(pid, "uid_map", map_text(maps.uids), cat(maps.owner, ".uidMappings"));
}

}  // namespace oci::launch
