// The text of `oci-rt VERB --help`: the options as oci-rt shows them, the operands and examples.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/manual/verbs.h"

namespace oci::manual {

// In lines of at most `width` columns. Commands are not broken.
std::string long_help(const Verb& verb, size_t width);

// The paragraphs of Verb::about.
std::vector<std::string_view> paragraphs(std::string_view text);

}  // namespace oci::manual
