// oci-rt, which has executed this program, and is executed by it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "spec/error.h"

namespace oci::tools {

// Called in main.
void remember_caller(std::span<const char* const> argv);

// Executes `oci-rt OPTION... words...` with the options that were before the verb. Returns only
// after an error.
Error become_runtime(const std::vector<std::string>& words);

}  // namespace oci::tools
