// Our lines in somebody's TOML file: a block between two marker lines, and single lines that keep
// what they replace. Taking them out gives back every byte that was there before.
#pragma once

#include <string>
#include <string_view>

#include "runtime/install/wish.h"
#include "spec/error.h"

namespace oci::install {

// `lines`, each with its end, put in at stripped.at, or at the end where nothing of ours was.
std::string with_block(const Stripped& stripped, std::string_view lines);

// `line` (without its end) with another value from `value_begin` on; what it was stands behind it.
std::string replaced_line(std::string_view line, size_t value_begin, std::string_view value);
// A line where there was none.
std::string added_line(std::string_view line);

// `default_key`: the key whose presence in our lines makes oci-rt the default runtime. Error: the
// end of the block, so that what is behind it cannot be told from ours, is missing in the file
// `name`.
Result<Stripped> without_ours(const Text& text, std::string_view name,
                              std::string_view default_key);

}  // namespace oci::install
