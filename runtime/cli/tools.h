// Forms of verbs that no engine uses are in another program, oci-rt-tools: this one stays small.
#pragma once

#include <span>

#include "runtime/cli/options.h"
#include "spec/error.h"

namespace oci::cli {

// Executes oci-rt-tools with the options before the verb, and `words`: the verb and the words after
// it. Gives back what the caller of oci-rt has set: open descriptors, umask. Its argv[0] is the
// path of this program. Returns only after an error.
Error become_tools(const Arguments& globals, std::span<const char* const> words);

}  // namespace oci::cli
