// The output of ps(1), and the rows of it that are about certain processes.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "spec/error.h"

namespace oci::cli {

// The heading, and the rows whose PID is one of `pids`, which ascend. An error if no column of the
// heading is called PID.
Result<std::string> rows_of(std::string_view table, const std::vector<pid_t>& pids);

// Between blanks.
std::vector<std::string> words_of(std::string_view text);

}  // namespace oci::cli
