// Where things stand in the text of a document. Only failures pay for this second look at the text.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace oci::spec {

class Diagnostics;

// Deeper documents are refused by parse_json() and not looked at here. config.json needs 8 levels.
inline constexpr size_t kMaxDepth = 64;

struct Position {
  size_t line = 1;  // both count from 1
  size_t column = 1;
};

// The offset of the value at each of `paths` (as child_path() writes them), or of the closest thing
// around it that exists. `text` is expected to parse; as far as it does not, the answer is 0.
std::vector<size_t> locate(std::string_view text, std::span<const std::string> paths);

// Adds a problem at each key that its object has had before.
void report_duplicate_keys(std::string_view text, Diagnostics& diagnostics);

// The positions of `offsets`, which are in ascending order. Columns count UTF-8 characters.
std::vector<Position> positions(std::string_view text, std::span<const size_t> offsets);

}  // namespace oci::spec
