// The resource usage of containers: collected for `stats` and `top`, and shown.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/cgroup/stats.h"
#include "runtime/lifecycle/operations.h"
#include "spec/error.h"
#include "spec/model/state.h"

namespace oci::tools {

struct Usage {
  std::string id;
  spec::ContainerStatus status{};
  bool is_corrupt = false;             // its record cannot be read, so it has no status
  std::string problem;                 // not empty: why there are no numbers
  std::optional<cgroup::Stats> stats;  // of its cgroup
  std::chrono::steady_clock::time_point at;
  std::optional<double> cpu_percent;  // of one processor. Absent in a first sample
};

// The containers `ids`, or if there are none, all that have processes or a corrupt record. Error:
// an id is unknown, or the state root cannot be read.
Result<std::vector<Usage>> take_sample(const lifecycle::Context& context,
                                       std::span<const std::string_view> ids);

// Fills in cpu_percent from an earlier sample.
void compare(std::vector<Usage>& now, std::span<const Usage> before);

// A header and a line for each container.
std::string usage_table(std::span<const Usage> all);
// An array on one line. Members are absent where the host has no such controller.
std::string usage_json(std::span<const Usage> all);

// "512", "1.5K", "20M", "3.1G": units of 1024.
std::string short_size(uint64_t bytes);

}  // namespace oci::tools
