// Edits and reads JSON by pointer ("/linux/namespaces/0/type"). Deliberately separate from the
// runtime's parser: a shared parser would share its mistakes.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "third_party/rapidjson.h"

namespace oci::conformance {

// Throws Failed when `text` is not JSON. `what` names the document in the message.
json::Document parse_json(const std::string& what, std::string_view text);

// The value at `pointer`, or nullptr.
const json::Value* find(const json::Value& from, std::string_view pointer);

// The value at `pointer`, created if missing. "-" stands for a new element of an array.
json::Value& place(json::Document& in, std::string_view pointer);

void remove(json::Document& from, std::string_view pointer);

std::string to_text(const json::Value& value);  // compact

inline json::Value make_value(json::Document& in, const std::string& text) {
  return json::Value(text.data(), static_cast<json::Size>(text.size()), in.GetAllocator());
}
inline json::Value make_value(json::Document& in, const char* text) {
  return make_value(in, std::string(text));
}
inline json::Value make_value(json::Document&, bool value) {
  return json::Value(value);
}
template <std::integral T>
json::Value make_value(json::Document&, T number) {
  if constexpr (std::is_signed_v<T>) return json::Value(static_cast<int64_t>(number));
  return json::Value(static_cast<uint64_t>(number));
}
json::Value make_value(json::Document& in, const std::vector<std::string>& words);

}  // namespace oci::conformance
