#include "runtime/resctrl/schemata.h"

#include <algorithm>
#include <map>
#include <vector>

namespace oci::resctrl {
namespace {

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// Takes the text up to `separator` off the front of `text`.
std::string_view take(std::string_view& text, char separator) {
  const size_t end = std::min(text.find(separator), text.size());
  const std::string_view front = trimmed(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return front;
}

std::string normal(std::string_view value) {
  const size_t first = std::min(value.find_first_not_of('0'), value.size() - 1);
  std::string out(value.empty() ? value : value.substr(first));
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c;
  });
  return out;
}

// "L3:0=f;1=f0" as {"L3", "0"} → "f", {"L3", "1"} → "f0".
using Grants = std::map<std::pair<std::string, std::string>, std::string>;

Grants grants_of(std::string_view text) {
  Grants grants;
  while (!text.empty()) {
    std::string_view line = take(text, '\n');
    const std::string resource(take(line, ':'));
    while (!line.empty()) {
      std::string_view domain = take(line, ';');
      const std::string id(take(domain, '='));
      if (!id.empty()) grants[{resource, id}] = normal(trimmed(domain));
    }
  }
  return grants;
}

void append_lines(std::string& out, std::string_view lines, bool without_bandwidth) {
  while (!lines.empty()) {
    const std::string_view line = take(lines, '\n');
    if (line.empty() || (without_bandwidth && line.starts_with("MB:"))) continue;
    out.append(line).push_back('\n');
  }
}

}  // namespace

std::string schemata_of(const spec::IntelRdt& wanted) {
  std::string text;
  const std::string bandwidth = wanted.mem_bw_schema.value_or("");
  // memBwSchema overrides a bandwidth line in l3CacheSchema.
  if (wanted.l3_cache_schema) append_lines(text, *wanted.l3_cache_schema, !bandwidth.empty());
  append_lines(text, bandwidth, false);
  for (const std::string& line : wanted.schemata)
    append_lines(text, line, false);
  return text;
}

Status compare(std::string_view wanted, std::string_view present) {
  const Grants have = grants_of(present);
  for (const auto& [where, value] : grants_of(wanted)) {
    const auto found = have.find(where);
    if (found != have.end() && found->second == value) continue;
    return Error(
        ErrorKind::kInvalidConfig,
        cat("the class of service exists, and its schemata has ",
            found == have.end() ? "no " : "another ", where.first, " for domain ", where.second));
  }
  return {};
}

}  // namespace oci::resctrl
