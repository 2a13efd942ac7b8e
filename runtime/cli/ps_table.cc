#include "runtime/cli/ps_table.h"

#include <algorithm>
#include <charconv>

namespace oci::cli {
namespace {

bool is_one_of(std::string_view text, const std::vector<pid_t>& pids) {
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
  return error == std::errc() && end == text.data() + text.size() &&
         std::ranges::binary_search(pids, pid);
}

}  // namespace

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (size_t at = text.find_first_not_of(" \t"); at != text.npos;) {
    const size_t end = std::min(text.find_first_of(" \t", at), text.size());
    words.emplace_back(text.substr(at, end - at));
    at = text.find_first_not_of(" \t", end);
  }
  return words;
}

Result<std::string> rows_of(std::string_view table, const std::vector<pid_t>& pids) {
  std::string rows;
  size_t column = 0;
  for (size_t at = 0; at < table.size();) {
    const size_t end = std::min(table.find('\n', at), table.size());
    const std::string_view line = table.substr(at, end - at);
    const std::vector<std::string> words = words_of(line);
    if (at == 0) {
      column = static_cast<size_t>(std::ranges::find(words, "PID") - words.begin());
      if (column == words.size()) {
        return Error(ErrorKind::kUsage, "ps: its options show no column PID; add -o pid");
      }
      rows = cat(line, "\n");
    } else if (column < words.size() && is_one_of(words[column], pids)) {
      rows += cat(line, "\n");
    }
    at = end + 1;
  }
  return rows;
}

}  // namespace oci::cli
