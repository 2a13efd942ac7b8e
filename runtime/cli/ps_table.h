// Filters the output of ps(1) for certain processes.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "spec/error.h"

namespace oci::cli {

// The heading, and the rows with a PID in `pids`, which is sorted. Error: the heading has no column
// PID.
Result<std::string> rows_of(std::string_view table, const std::vector<pid_t>& pids);

// Splits at blanks.
std::vector<std::string> words_of(std::string_view text);

}  // namespace oci::cli
