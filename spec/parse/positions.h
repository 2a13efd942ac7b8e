// Positions of values in the text of a document. Only failures pay for this second pass.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace oci::spec {

class Diagnostics;

// parse_json() refuses deeper documents. config.json needs 8 levels.
inline constexpr size_t kMaxDepth = 64;

struct Position {
  size_t line = 1;  // both count from 1
  size_t column = 1;
};

// Returns the offset of the value at each of `paths` (in the form of child_path()), or that of the
// closest existing parent. `text` should parse. Paths after a syntax error get 0.
std::vector<size_t> locate(std::string_view text, std::span<const std::string> paths);

// Adds a problem at each duplicate key.
void report_duplicate_keys(std::string_view text, Diagnostics& diagnostics);

// The positions of `offsets`, which are in ascending order. Columns count UTF-8 characters.
std::vector<Position> positions(std::string_view text, std::span<const size_t> offsets);

}  // namespace oci::spec
