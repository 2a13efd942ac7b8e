// The table of containers for people.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "runtime/lifecycle/operations.h"

namespace oci::cli {

// A header, and one line for each container. Same columns as runc. With `now`, in seconds since the
// epoch, the time is "5 minutes ago".
std::string list_table(std::span<const lifecycle::Listed> containers,
                       std::optional<int64_t> now = {});

// "2026-01-02T03:04:05.123Z" in seconds since the epoch. Absent: it is no such time.
std::optional<int64_t> seconds_of(std::string_view time);

// "now", "5 seconds ago", "1 hour ago". Of a time in the future: "now".
std::string ago(int64_t seconds);

}  // namespace oci::cli
