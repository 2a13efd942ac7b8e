// Verbs and forms of verbs that engines do not use, or use rarely, are in programs of their own:
// this one stays small.
#pragma once

#include <span>
#include <string_view>

#include "runtime/cli/options.h"
#include "spec/error.h"

namespace oci::cli {

inline constexpr std::string_view kTools = "oci-rt-tools";
inline constexpr std::string_view kExplainer = "oci-rt-explain";
// The help of each verb (runtime/manual). Its word is the verb.
inline constexpr std::string_view kHelpProgram = "oci-rt-help";

// Executes `program` with the options before the verb, and `words`: the verb and the words after
// it. Gives back what the caller of oci-rt has set: open descriptors, umask. Its argv[0] is the
// path of this program. Returns only after an error. `program` is looked for beside this one, then
// in sys::helper_directory().
Error become(std::string_view program, const Arguments& globals,
             std::span<const char* const> words);

}  // namespace oci::cli
