#include "conformance/harness/expect.h"

namespace oci::conformance {

std::string shown(const std::vector<std::string>& words) {
  std::string line = "[";
  for (const std::string& word : words) {
    if (line.size() > 1) line += ' ';
    line += word;
  }
  return line + "]";
}

void expect(bool holds, const std::string& what) {
  if (!holds) throw Failed(what);
}

void expect_contains(const std::string& what, std::string_view text, std::string_view part) {
  if (text.find(part) == text.npos) {
    throw Failed(what + " is '" + shown(text) + "', without '" + shown(part) + "'");
  }
}

void expect_lacks(const std::string& what, std::string_view text, std::string_view part) {
  if (text.find(part) != text.npos) {
    throw Failed(what + " is '" + shown(text) + "', with '" + shown(part) + "'");
  }
}

}  // namespace oci::conformance
