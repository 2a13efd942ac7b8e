// Durations in the format of Go's time.ParseDuration, because clients send durations printed by Go.
#pragma once

#include <chrono>
#include <string_view>

#include "spec/error.h"

namespace oci::cli {

// "100ms", "1.5s", "1m30s": decimal numbers, each with ns, us, ms, s, m or h. 0 or less is an
// error. Errors name the option.
Result<std::chrono::nanoseconds> parse_duration(std::string_view option, std::string_view text);

}  // namespace oci::cli
