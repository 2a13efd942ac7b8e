#include "conformance/harness/known.h"

#include <fnmatch.h>

#include <stdexcept>

#include "conformance/harness/files.h"

namespace oci::conformance {

bool matches(const std::string& glob, const std::string& name) {
  return glob.empty() || ::fnmatch(glob.c_str(), name.c_str(), 0) == 0;
}

Known Known::parse(std::string_view text) {
  Known known;
  for (const std::string& line : lines(text)) {
    if (trimmed(line).empty() || line[0] == '#') continue;
    const size_t colon = line.find(": ");
    if (colon == line.npos || trimmed(line.substr(colon + 2)).empty()) {
      throw std::runtime_error("a known deviation needs a reason: '" + line + "'");
    }
    known.entries_.emplace_back(trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 2)));
  }
  return known;
}

std::optional<std::string> Known::reason(const std::string& case_name) const {
  for (const auto& [glob, reason] : entries_) {
    if (matches(glob, case_name)) return reason;
  }
  return std::nullopt;
}

}  // namespace oci::conformance
