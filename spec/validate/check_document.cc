// ociVersion, root, names of annotations: config.md#specification-version, #root, #annotations.
#include <algorithm>

#include "spec/validate/checks.h"

namespace oci::spec {
namespace {

bool is_digit(char c) {
  return '0' <= c && c <= '9';
}

// Removes a number without leading zeros from the front of `text`.
bool take_number(std::string_view& text) {
  const size_t length = std::min(text.find_first_not_of("0123456789"), text.size());
  if (length == 0 || (length > 1 && text[0] == '0')) return false;
  text.remove_prefix(length);
  return true;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

// Identifiers between dots. Numeric ones of a pre-release have no leading zeros.
bool are_identifiers(std::string_view text, bool of_pre_release) {
  constexpr std::string_view kLetters =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-";
  for (;;) {
    const std::string_view identifier = text.substr(0, text.find('.'));
    if (identifier.empty() || identifier.find_first_not_of(kLetters) != identifier.npos) {
      return false;
    }
    const bool number = std::all_of(identifier.begin(), identifier.end(), is_digit);
    if (of_pre_release && number && identifier.size() > 1 && identifier[0] == '0') return false;
    if (identifier.size() == text.size()) return true;
    text.remove_prefix(identifier.size() + 1);
  }
}

// Semantic Versioning 2.0.0.
bool is_version(std::string_view text) {
  if (!take_number(text) || !take(text, '.') || !take_number(text) || !take(text, '.') ||
      !take_number(text)) {
    return false;
  }
  const size_t plus = text.find('+');
  if (plus != text.npos && !are_identifiers(text.substr(plus + 1), false)) return false;
  text = text.substr(0, plus);
  return text.empty() || (take(text, '-') && are_identifiers(text, true));
}

}  // namespace

void check_document(const Config& config, Diagnostics& out) {
  if (!is_version(config.oci_version)) {
    out.add("ociVersion",
            cat("expected a version such as 1.3.0, found ", quoted(config.oci_version)),
            Code::kForm);
  } else if (!config.oci_version.starts_with("1.")) {
    // Minor versions only add; a major version may change the meaning of existing properties.
    out.add("ociVersion", cat("expected version 1.x, found ", quoted(config.oci_version)),
            Code::kForm);
  }
  if (!config.root) {
    out.add("root", "missing: this property is required on Linux", Code::kMissing);
  } else if (config.root->path.empty()) {
    out.add("root.path", "expected a directory, found \"\"", Code::kMissing);
  }
  for (const auto& [key, value] : config.annotations) {
    if (key.empty())
      out.add("annotations", "expected keys that are not empty, found \"\"", Code::kMissing);
  }
}

}  // namespace oci::spec
