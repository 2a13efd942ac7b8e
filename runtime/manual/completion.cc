#include "runtime/manual/completion.h"

#include <algorithm>
#include <iterator>

#include "runtime/plan/capabilities.h"
#include "runtime/sys/signals.h"
#include "spec/error.h"

namespace oci::manual {
namespace {

bool is_literal(std::string_view word) {
  return !word.empty() && word.find(':') == word.npos && std::ranges::all_of(word, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    parts.push_back(text.substr(0, text.find(separator)));
    text.remove_prefix(std::min(parts.back().size() + 1, text.size()));
  }
  return parts;
}

}  // namespace

std::string kind_of(std::string_view name) {
  std::string words;
  std::string other = "none";
  for (const std::string_view part : split(name, '|')) {
    if (is_literal(part)) words += cat(" ", part);
    if (is_one_of(part, {"DIR", "TREE"})) other = "dir";
    if (is_one_of(part, {"FILE", "PATH", "PROFILE", "SRC:DST[:ro]"})) other = "file";
    if (is_one_of(part, {"ID", "WORD"}) && other == "none") other = "id";
    if (part == "CAP") other = "cap";
    if (part == "SIGNAL") other = "signal";
  }
  return words.empty() ? other : cat("words", words);
}

std::vector<std::string> kinds_of_operands(const cli::Syntax& syntax) {
  std::vector<std::string> kinds;
  bool repeated = false;
  for (std::string_view word : split(syntax.operands, ' ')) {
    while (word.starts_with('['))
      word.remove_prefix(1);
    while (word.ends_with(']'))
      word.remove_suffix(1);
    const bool repeats = word.ends_with("...");
    if (repeats) word.remove_suffix(3);
    // Behind a repeated operand, a word may be either.
    const std::string kind = kind_of(word);
    kinds.push_back(repeated ? cat(kinds.back(), " ", kind) : kind);
    repeated = repeats;
  }
  if (kinds.empty() || (!repeated && syntax.max_operands == kinds.size()))
    kinds.emplace_back("none");
  return kinds;
}

std::string capability_words() {
  std::string words;
  for (const std::string_view name : plan::capability_names())
    words += cat(words.empty() ? "" : " ", name);
  return words;
}

std::string signal_words() {
  std::string words;
  for (int signal = 1; signal < 32; ++signal) {
    const std::string name = sys::signal_name(signal);
    if (name.starts_with("SIG")) words += cat(words.empty() ? "" : " ", name.substr(3));
  }
  return words;
}

}  // namespace oci::manual
