// The lines of oci-rt in an engine's TOML file: a block between two marker lines, and single lines
// that keep the line they replace. Removing them restores every byte of the original.
#pragma once

#include <string>
#include <string_view>

#include "runtime/install/engine_settings.h"
#include "spec/error.h"

namespace oci::install {

// Inserts `lines`, each with its newline, at stripped.at. Appends them if the file had no such
// block.
std::string with_block(const Stripped& stripped, std::string_view lines);

// `line` (without its newline) with another value from `value_begin` on, and the old line in a
// comment.
std::string replaced_line(std::string_view line, size_t value_begin, std::string_view value);
// A new line with a comment that marks it as oci-rt's.
std::string added_line(std::string_view line);

// Removes the block and the single lines. `default_key`: the key in them that makes oci-rt the
// default runtime. Error: the end marker is missing in the file `name`, so the lines after the
// block cannot be told from those of oci-rt.
Result<Stripped> without_ours(const Text& text, std::string_view name,
                              std::string_view default_key);

}  // namespace oci::install
