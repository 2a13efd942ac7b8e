#include "runtime/launch/id_maps.h"

#include <fcntl.h>

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

Status write_id_maps(pid_t pid, const IdMaps& maps) {
  if (maps.deny_set_groups) {
    OCI_TRY(sys::write_file_at(AT_FDCWD, cat("/proc/", pid, "/setgroups"), "deny"));
  }
  OCI_TRY(write_map(pid, "gid_map", map_text(maps.gids), cat(maps.owner, ".gidMappings")));
  return write_map(pid, "uid_map", map_text(maps.uids), cat(maps.owner, ".uidMappings"));
}

}  // namespace oci::launch
