#include "runtime/manual/help.h"

#include <algorithm>

#include "spec/error.h"

namespace oci::manual {

std::vector<std::string_view> paragraphs(std::string_view text) {
  std::vector<std::string_view> all;
  while (!text.empty()) {
    all.push_back(text.substr(0, text.find('\n')));
    text.remove_prefix(std::min(all.back().size() + 1, text.size()));
  }
  return all;
}

std::string long_help(const Verb& verb, size_t width) {
  std::string out = cli::help_text(*verb.syntax, width);
  const std::vector<Operand> operands = operands_of(*verb.syntax);
  size_t widest = 0;
  for (const Operand& one : operands)
    widest = std::max(widest, one.word.size());
  if (!operands.empty()) out += "\nOperands:\n";
  for (const Operand& one : operands) {
    out += cat("  ", one.word, std::string(widest - one.word.size() + 2, ' '),
               cli::wrapped(one.meaning, widest + 4, width), "\n");
  }
  for (const std::string_view paragraph : paragraphs(verb.about))
    out += cat("\n", cli::wrapped(paragraph, 0, width), "\n");
  out += "\nExamples:\n";
  for (const Example& example : verb.examples)
    out += cat("  ", cli::wrapped(example.purpose, 2, width), "\n    ", example.command, "\n");
  return out;
}

}  // namespace oci::manual
