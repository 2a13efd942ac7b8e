// The members of a JSON object with their places in the text, and changes of one member that leave
// the rest of the text as it is. For text that spec::parse_json() has accepted.
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
  size_t begin = 0;  // of its '{'
  size_t end = 0;    // behind its '}'
  std::vector<JsonMember> members;

  const JsonMember* find(std::string_view key) const;
};

// The object that begins at `at`, or behind the blanks there.
JsonObject json_object(std::string_view text, size_t at);

// `value`: JSON text, whose lines after the first are given the indent of where it comes to stand.
// Both return the new text.
std::string json_with_member(std::string_view text, const JsonObject& object, std::string_view key,
                             std::string_view value);
std::string json_without_member(std::string_view text, const JsonObject& object,
                                const JsonMember& member);

// What the text indents the members of its outermost object with; "" if it is on one line.
std::string json_indent(std::string_view text);

}  // namespace oci::install
