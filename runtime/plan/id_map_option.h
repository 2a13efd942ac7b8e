// The maps in the mount option idmap of crun(1): "uids=0-1-10#10-11-10;gids=@0-100-10".
#pragma once

#include <string_view>
#include <vector>

#include "spec/error.h"
#include "spec/model/config.h"

namespace oci::plan {

struct IdMapOption {
  std::vector<spec::IdMapping> uids, gids;
};

// `users`, `groups`: the maps of the container, for triplets with '@': there the second number is
// an id in the container, and is converted to one of the host. The error is half a sentence.
Result<IdMapOption> parse_id_map_option(std::string_view text,
                                        const std::vector<spec::IdMapping>& users,
                                        const std::vector<spec::IdMapping>& groups);

}  // namespace oci::plan
