// The statements of a TOML document with their places, so that a file can be changed without being
// written anew. It reads values only as far as is needed to find their ends;
// https://toml.io/en/v1.0.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spec/error.h"

namespace oci::install {

using TomlPath = std::vector<std::string>;

struct TomlEntry {
  bool table = false;                     // a [header] or a [[header]]; otherwise key = value
  TomlPath path;                          // from the root: the table's, and the key's own parts
  size_t begin = 0;                       // of the first line
  size_t end = 0;                         // of the last line, without its end
  size_t value_begin = 0, value_end = 0;  // of the value; for a header of what is in its brackets
};

// An error names the place: "FILE:LINE:COLUMN: what".
Result<std::vector<TomlEntry>> scan_toml(std::string_view text, std::string_view name);

inline std::string_view value_of(std::string_view text, const TomlEntry& entry) {
  return text.substr(entry.value_begin, entry.value_end - entry.value_begin);
}

// The last entry with this path, or nullptr.
const TomlEntry* find_entry(const std::vector<TomlEntry>& entries, const TomlPath& path);

bool starts_with(const TomlPath& path, const TomlPath& prefix);

// The value of an entry: what its text means, where it is of that type.
std::optional<std::string> toml_string(std::string_view value);
std::optional<long> toml_integer(std::string_view value);

// An array of strings. containers.conf may have tables among them: {append=true} adds the strings
// to those of the file before.
struct TomlStrings {
  std::vector<std::string> items;
  bool append = false;
};
std::optional<TomlStrings> toml_strings(std::string_view value);

// Text as a basic string, with its quotes.
std::string toml_quoted(std::string_view text);

// As a header or a key has it: plugins."io.containerd.grpc.v1.cri".containerd
std::string toml_dotted(const TomlPath& path);

}  // namespace oci::install
