// Numbers and sizes of options.
#pragma once

#include <cstdint>
#include <string_view>

#include "spec/error.h"

namespace oci::cli {

// "512m", "1.5g", "512MiB", "-1": bytes, as docker/go-units parses them for runc. has_unit false: a
// plain number.
Result<int64_t> parse_amount(std::string_view option, std::string_view text, bool has_unit);

Error bad_amount(std::string_view option, std::string_view found);

}  // namespace oci::cli
