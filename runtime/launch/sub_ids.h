// The grants of /etc/subuid and /etc/subgid for a user: subuid(5).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "spec/model/filesystem.h"

namespace oci::launch {

struct SubIds {
  uint64_t first = 0;
  uint64_t count = 0;
};

// The lines of `text` for a user, given by name or by number.
std::vector<SubIds> sub_ids_of(std::string_view text, std::string_view user, uint32_t uid);

// The requested maps of a user, and the content of one of the two files.
struct SubIdRequest {
  std::string property;   // "linux.uidMappings"
  std::string_view file;  // "/etc/subuid"
  std::string_view text;
  std::string user;
  uint32_t uid = 0;
  uint32_t own_id = 0;  // needs no grant
  std::span<const spec::IdMapping> mappings;
};

// Describes the first mapping without a grant, the existing grants, and the line to add. "" if all
// are granted, or granted by a service beyond the file: nsswitch.conf(5).
std::string missing_grants(const SubIdRequest& request);

}  // namespace oci::launch
