#include "conformance/harness/known.h"

#include <fnmatch.h>
#include <linux/capability.h>

#include <stdexcept>

#include "conformance/harness/files.h"

namespace oci::conformance {

bool matches(const std::string& glob, const std::string& name) {
  return glob.empty() || ::fnmatch(glob.c_str(), name.c_str(), 0) == 0;
}

uint64_t effective_capabilities() {
  for (const std::string& line : lines(read_file("/proc/self/status"))) {
    if (line.starts_with("CapEff:")) return std::stoull(trimmed(line.substr(7)), nullptr, 16);
  }
  return 0;
}

Known Known::parse(std::string_view text, uint64_t capabilities) {
  Known known;
  for (const std::string& line : lines(text)) {
    if (trimmed(line).empty() || line[0] == '#') continue;
    const size_t colon = line.find(": ");
    if (colon == line.npos || trimmed(line.substr(colon + 2)).empty()) {
      throw std::runtime_error("a known deviation needs a reason: '" + line + "'");
    }
    std::string reason = trimmed(line.substr(colon + 2));
    const bool can = (capabilities >> CAP_SYS_RESOURCE & 1) != 0;
    if (can && reason.starts_with("without CAP_SYS_RESOURCE, ")) continue;
    const bool sometimes = reason.starts_with("sometimes");
    known.entries_.push_back({trimmed(line.substr(0, colon)), std::move(reason), sometimes});
  }
  return known;
}

std::optional<Known::Entry> Known::find(const std::string& case_name) const {
  for (const Entry& entry : entries_) {
    if (matches(entry.glob, case_name)) return entry;
  }
  return std::nullopt;
}

}  // namespace oci::conformance
