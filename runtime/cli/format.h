// --format of a command that prints a table, unless JSON is asked for.
#pragma once

#include "runtime/cli/options.h"

namespace oci::cli {

inline constexpr Option kFormatOption = {
    .letter = 'f',
    .name = "format",
    .value = "table|json",
    .help = "output format (default: table)",
};

// Whether it is "json". An error lists the allowed values.
Result<bool> wants_json(const Arguments& arguments);

}  // namespace oci::cli
