#include "conformance/contract/table.h"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "conformance/harness/files.h"

namespace oci::conformance {
namespace {

// No objects with constructors: cases are created before main, in undefined order.
constexpr std::string_view kKeywords[] = {
    "needs", "config", "set",   "add",  "drop",   "file",   "dir",        "link", "host",
    "have",  "first",  "input", "call", "podman", "docker", "containerd", "crio", "says"};

[[noreturn]] void refuse(int number, const std::string& why) {
  throw std::runtime_error("failures.txt:" + std::to_string(number) + ": " + why);
}

void check(const Row& row) {
  const auto count = [&](const char* keyword) {
    return std::ranges::count(row.lines, keyword, &Line::keyword);
  };
  const int number = row.lines.empty() ? 0 : row.lines.front().number;
  if (count("call") != 1) refuse(number, row.name + ": a row has one call");
  if (count("says") == 0) refuse(number, row.name + ": a row has something to say");
}

}  // namespace

std::vector<Row> parse_table(std::string_view text) {
  std::vector<Row> rows;
  std::set<std::string> names;
  int number = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    at = end + 1;
    ++number;
    const std::string content = trimmed(line);
    if (content.empty() || content[0] == '#') continue;
    if (line[0] != ' ') {
      if (!names.insert(content).second) refuse(number, content + " is there twice");
      rows.push_back({.name = content, .lines = {}});
      continue;
    }
    if (rows.empty()) refuse(number, "a line before the first name");
    const size_t space = std::min(content.find(' '), content.size());
    const std::string keyword = content.substr(0, space);
    if (std::ranges::find(kKeywords, keyword) == std::end(kKeywords))
      refuse(number, "no such keyword: " + keyword);
    rows.back().lines.push_back({keyword, trimmed(content.substr(space)), number});
  }
  for (const Row& row : rows)
    check(row);
  return rows;
}

}  // namespace oci::conformance
