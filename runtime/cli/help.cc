// The text of --help, from the table of options.
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "runtime/cli/options.h"
#include "runtime/sys/terminal.h"

namespace oci::cli {
namespace {

constexpr size_t kUsualWidth = 80;
constexpr size_t kLeastWidth = 40;  // narrower, each word would have a line of its own
constexpr size_t kGap = 2;
constexpr size_t kWidestLabel = 24;  // a longer one has a line of its own

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

}  // namespace

std::string wrapped(std::string_view text, size_t column, size_t width) {
  std::string out;
  size_t used = column;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (used > column && used + 1 + columns(word) > width) {
      out += cat("\n", std::string(column, ' '));
      used = column;
    }
    if (used > column) out += ' ';
    used += columns(word) + (used > column ? 1 : 0);
    out += word;
  }
  return out;
}

size_t output_width() {
  size_t width = 0;
  if (const char* const text = std::getenv("COLUMNS")) {
    const std::string_view digits = text;
    (void)std::from_chars(digits.data(), digits.data() + digits.size(), width);
  }
  if (width == 0) width = sys::columns_of(STDOUT_FILENO);
  return std::max(width == 0 ? kUsualWidth : width, kLeastWidth);
}

std::string program_name(const Syntax& syntax) {
  return syntax.command.empty() ? "oci-rt" : cat("oci-rt ", syntax.command);
}

std::string help_text(const Syntax& syntax, size_t width) {
  size_t widest = 0;
  for_each_option(syntax, [&](const Option& option) {
    if (!option.help.empty()) widest = std::max(widest, columns(label(option)));
  });
  const size_t column = std::min(widest, kWidestLabel) + kGap;
  std::string out =
      cat(wrapped(syntax.summary, 0, width), "\nUsage:\n  ", program_name(syntax), " [OPTION...]",
          syntax.operands.empty() ? "" : " ", syntax.operands, "\n\n");
  for_each_option(syntax, [&](const Option& option) {
    if (option.help.empty()) return;
    const std::string name = label(option);
    const size_t used = columns(name);
    const bool fits = used + kGap <= column;
    out += name;
    out += fits ? std::string(column - used, ' ') : cat("\n", std::string(column, ' '));
    out += cat(wrapped(option.help, column, width), "\n");
  });
  return out;
}

}  // namespace oci::cli
