// The text of --help, from the table of options.
#include <algorithm>

#include "runtime/cli/options.h"

namespace oci::cli {
namespace {

constexpr size_t kWidth = 100;
constexpr size_t kGap = 2;
constexpr size_t kWidestLabel = 30;  // a longer one has a line of its own

// Terminal columns: UTF-8 continuation bytes take none.
size_t columns(std::string_view text) {
  return static_cast<size_t>(std::ranges::count_if(
      text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

std::string label(const Option& option) {
  std::string text = option.letter == '\0' ? "      " : cat("  -", option.letter, ", ");
  text += cat("--", option.name);
  if (!option.value.empty()) text += cat(" ", option.value);
  return text;
}

// Wraps the words of `text` into lines that start at `column`.
std::string wrapped(std::string_view text, size_t column) {
  std::string out;
  size_t used = column;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (used > column && used + 1 + columns(word) > kWidth) {
      out += cat("\n", std::string(column, ' '));
      used = column;
    }
    if (used > column) out += ' ';
    used += columns(word) + (used > column ? 1 : 0);
    out += word;
  }
  return out;
}

}  // namespace

std::string program_name(const Syntax& syntax) {
  return syntax.command.empty() ? "oci-rt" : cat("oci-rt ", syntax.command);
}

std::string help_text(const Syntax& syntax) {
  size_t widest = 0;
  for_each_option(syntax, [&](const Option& option) {
    if (!option.help.empty()) widest = std::max(widest, columns(label(option)));
  });
  const size_t column = std::min(widest, kWidestLabel) + kGap;
  std::string out = cat(syntax.summary, "\nUsage:\n  ", program_name(syntax), " [OPTION...]",
                        syntax.operands.empty() ? "" : " ", syntax.operands, "\n\n");
  for_each_option(syntax, [&](const Option& option) {
    if (option.help.empty()) return;
    const std::string name = label(option);
    const size_t width = columns(name);
    const bool fits = width + kGap <= column;
    out += name;
    out += fits ? std::string(column - width, ' ') : cat("\n", std::string(column, ' '));
    out += cat(wrapped(option.help, column), "\n");
  });
  return out;
}

}  // namespace oci::cli
