// The statements of a TOML document with their offsets, so that an edit keeps the rest of the file.
// Parses values only to find their ends: https://toml.io/en/v1.0.0
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
  bool table = false;  // a [header] or a [[header]]. Otherwise key = value
  TomlPath path;       // from the root: that of the table and the parts of the key
  size_t begin = 0;    // start of the first line
  size_t end = 0;      // end of the last line, without its newline
  size_t value_begin = 0, value_end = 0;  // the value, or the path in the brackets of a header
};

// An error names the place: "FILE:LINE:COLUMN: problem".
Result<std::vector<TomlEntry>> scan_toml(std::string_view text, std::string_view name);

inline std::string_view value_of(std::string_view text, const TomlEntry& entry) {
  return text.substr(entry.value_begin, entry.value_end - entry.value_begin);
}

// An error at an offset of the file `name`: "FILE:LINE:COLUMN: problem".
Error toml_problem(std::string_view text, std::string_view name, size_t offset, std::string what);

// The last entry with this path, or nullptr.
const TomlEntry* find_entry(const std::vector<TomlEntry>& entries, const TomlPath& path);

bool starts_with(const TomlPath& path, const TomlPath& prefix);

// Parse the text of a value. Absent if it has another type.
std::optional<std::string> toml_string(std::string_view value);
std::optional<long> toml_integer(std::string_view value);

// An array of strings. containers.conf allows the table {append=true} in it: then the strings are
// added to those of earlier files.
struct TomlStrings {
  std::vector<std::string> items;
  bool append = false;
};
std::optional<TomlStrings> toml_strings(std::string_view value);

// Text as a basic string, with its quotes.
std::string toml_quoted(std::string_view text);

// In the syntax of headers and keys: plugins."io.containerd.grpc.v1.cri".containerd
std::string toml_dotted(const TomlPath& path);

}  // namespace oci::install
