// What /etc/subuid and /etc/subgid grant to a user: subuid(5).
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

// The lines of `text` for a user, who may be there by name or by number.
std::vector<SubIds> sub_ids_of(std::string_view text, std::string_view user, uint32_t uid);

// Who asks for which maps, and what one of the two files says.
struct SubIdRequest {
  std::string property;   // "linux.uidMappings"
  std::string_view file;  // "/etc/subuid"
  std::string_view text;
  std::string user;
  uint32_t uid = 0;
  uint32_t own_id = 0;  // needs no grant
  std::span<const spec::IdMapping> mappings;
};

// The first mapping that is not granted, what is granted instead, and the line to add; "" where
// everything is, or is granted by a service that knows more than the file: nsswitch.conf(5).
std::string what_is_not_granted(const SubIdRequest& request);

}  // namespace oci::launch
