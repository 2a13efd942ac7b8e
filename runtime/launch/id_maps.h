// Writes the id maps of a new user namespace: user_namespaces(7),
// config-linux.md#user-namespace-mappings.
#pragma once

#include <sys/types.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "runtime/sys/unique_fd.h"
#include "spec/error.h"
#include "spec/model/filesystem.h"

namespace oci::launch {

struct IdMaps {
  std::span<const spec::IdMapping> uids;
  std::span<const spec::IdMapping> gids;
  bool deny_set_groups = false;  // required for the single gid of an unprivileged caller
  std::string owner = "linux";   // owner of the maps, for messages: "mounts[1]"
};

// Makes a user namespace without processes and with these maps, for mounts. Errors name
// mounts[index].
Result<sys::UniqueFd> make_id_map(const IdMaps& maps, uint16_t index);

// The mistakes about grants that write_id_maps() would report. Writes nothing.
Status check_id_maps(const IdMaps& maps);

// Writes the maps of `pid`. Its user namespace must not have any yet.
Status write_id_maps(pid_t pid, const IdMaps& maps);

// The host uid for `uid` inside the user namespace of `pid`.
Result<uid_t> host_uid(pid_t pid, uid_t uid);
// The same from the text of /proc/PID/uid_map. Absent: not mapped.
std::optional<uid_t> mapped_id(std::string_view map, uid_t id);

// "0 100000 65536\n" for each mapping.
std::string map_text(std::span<const spec::IdMapping> mappings);

}  // namespace oci::launch
