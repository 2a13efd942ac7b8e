// The members of a JSON object with their offsets, to change one member and keep the rest of the
// text. Input must be accepted by spec::parse_json().
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace oci::install {

struct JsonMember {
  std::string key;
  size_t key_begin = 0;
  size_t value_begin = 0, value_end = 0;
};

struct JsonObject {
  size_t begin = 0;  // offset of its '{'
  size_t end = 0;    // offset after its '}'
  std::vector<JsonMember> members;

  const JsonMember* find(std::string_view key) const;
};

// The object at `at`, or after the blanks there.
JsonObject json_object(std::string_view text, size_t at);

// Return the new text. `value` is JSON text. Its lines after the first get the indent of their new
// place.
std::string json_with_member(std::string_view text, const JsonObject& object, std::string_view key,
                             std::string_view value);
std::string json_without_member(std::string_view text, const JsonObject& object,
                                const JsonMember& member);

// The indent of the members of the outermost object. "" if the text is on one line.
std::string json_indent(std::string_view text);

}  // namespace oci::install
