#include "runtime/criu/excerpt.h"

#include <algorithm>
#include <cerrno>
#include <vector>

#include "spec/error.h"

namespace oci::criu {
namespace {

constexpr std::string_view kError = "Error (";
constexpr size_t kMost = 3;

// CRIU goes on after these.
constexpr std::string_view kHarmless[] = {"rlimit: Can't setup RLIMIT_NOFILE", "Pidfile"};

// Phrases of engines, and the errno that CRIU prints with them.
constexpr struct {
  std::string_view phrase;
  int error;
} kPhrases[] = {
    {"No such file or directory", ENOENT},
    {"Permission denied", EACCES},
    {"No such process", ESRCH},
};

std::string without_phrases(std::string text) {
  for (const auto& row : kPhrases)
    for (size_t at; (at = text.find(row.phrase)) != text.npos;)
      text.replace(at, row.phrase.size(), reason_of(row.error));
  return text;
}

// "(00.01) pid: Error (criu/files.c:12): TEXT" -> "TEXT". "": no error.
std::string_view text_of(std::string_view line) {
  const size_t at = line.find(kError);
  if (at == line.npos) return {};
  const size_t end = line.find("): ", at);
  return end == line.npos ? line.substr(at) : line.substr(end + 3);
}

}  // namespace

std::string excerpt(std::string_view log) {
  std::vector<std::string_view> found;
  while (!log.empty() && found.size() < kMost) {
    const std::string_view line = log.substr(0, log.find('\n'));
    log.remove_prefix(std::min(line.size() + 1, log.size()));
    const std::string_view text = text_of(line);
    const auto is_in = [text](std::string_view phrase) { return text.find(phrase) != text.npos; };
    if (text.empty() || std::ranges::any_of(kHarmless, is_in)) continue;
    if (std::ranges::find(found, text) == found.end()) found.push_back(text);
  }
  std::string out;
  for (const std::string_view text : found)
    out += cat(out.empty() ? "" : "; ", text);
  return without_phrases(std::move(out));
}

}  // namespace oci::criu
