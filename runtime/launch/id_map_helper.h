// newuidmap(1) and newgidmap(1): write maps that an unprivileged user may not write, if /etc/subuid
// and /etc/subgid allow them.
#pragma once

#include <sys/types.h>

#include <span>
#include <string>

#include "spec/error.h"
#include "spec/model/filesystem.h"

namespace oci::launch {

enum class IdKind { kUid, kGid };

// Whether both are installed.
bool has_id_map_helpers();

// `property`: "linux.uidMappings", for messages.
Status run_id_map_helper(IdKind kind, pid_t pid, std::span<const spec::IdMapping> mappings,
                         const std::string& property);

// Whether it could: the program is there, and the grants are. Executes nothing.
Status check_id_map_helper(IdKind kind, std::span<const spec::IdMapping> mappings,
                           const std::string& property);

}  // namespace oci::launch
