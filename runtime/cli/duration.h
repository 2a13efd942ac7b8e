// Spans of time as Go writes them, for clients send what Go printed: time.ParseDuration.
#pragma once

#include <chrono>
#include <string_view>

#include "spec/error.h"

namespace oci::cli {

// "100ms", "1.5s", "1m30s": decimal numbers, each with ns, us, ms, s, m or h. An error names the
// option. Not above 0, it is an error, too.
Result<std::chrono::nanoseconds> parse_duration(std::string_view option, std::string_view text);

}  // namespace oci::cli
