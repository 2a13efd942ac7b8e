// Expectations of cases. A failed one throws Failed with a sentence that shows both sides.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/harness/case.h"

namespace oci::conformance {

inline std::string shown(std::string_view text) {
  return std::string(text);
}
inline std::string shown(const char* text) {
  return text;
}
template <std::same_as<bool> T>
std::string shown(T value) {
  return value ? "true" : "false";
}
template <std::integral T>
requires(!std::same_as<T, bool>) std::string shown(T number) {
  return std::to_string(number);
}
std::string shown(const std::vector<std::string>& words);  // "[a b c]"

// `what` is the sentence for a failure: "the mount is writable".
void expect(bool holds, const std::string& what);

template <class Seen, class Wanted>
void expect_equal(const std::string& what, const Seen& seen, const Wanted& wanted) {
  const std::string left = shown(seen), right = shown(wanted);
  if (left != right) throw Failed(what + " is '" + left + "', not '" + right + "'");
}

void expect_contains(const std::string& what, std::string_view text, std::string_view part);
void expect_lacks(const std::string& what, std::string_view text, std::string_view part);

}  // namespace oci::conformance
