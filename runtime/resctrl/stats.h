// Statistics of one container's class of service: resctrl.rst.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/resctrl/group.h"
#include "runtime/wire/host_resources.h"
#include "spec/error.h"

namespace oci::resctrl {

// The features of the processor, and the schemata lines of the root and of the container.
struct CacheStats {
  std::string cbm_mask;
  std::optional<uint64_t> min_cbm_bits, num_closids;
  std::string root_schema, schema;
};

struct BandwidthStats {
  std::optional<uint64_t> bandwidth_gran, delay_linear, min_bandwidth, num_closids;
  std::string root_schema, schema;
};

// One cache, from the container's monitoring group, or from its class if it has none.
struct Monitored {
  std::optional<uint64_t> total_bytes, local_bytes;
  std::optional<uint64_t> occupancy;
};

struct Stats {
  std::optional<CacheStats> cache;
  std::optional<BandwidthStats> bandwidth;
  std::vector<Monitored> monitored;
};

// kNotFound: the class was removed.
Result<Stats> read_stats(const Tree& tree, const wire::ResctrlGroup& of);

}  // namespace oci::resctrl
