#include "runtime/manual/reference.h"

#include <string_view>

#include "runtime/manual/help.h"
#include "runtime/manual/verbs.h"
#include "spec/error.h"

namespace oci::manual {
namespace {

// A cell of a table: a bar would end it.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text)
    out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out;
}

std::string options(const cli::Syntax& syntax) {
  std::string out = "\n| option | |\n|---|---|\n";
  cli::for_each_option(syntax, [&](const cli::Option& option) {
    if (option.help.empty()) return;
    out += "| ";
    if (option.letter != '\0') out += cat("`-", std::string(1, option.letter), "`, ");
    out += cat("`--", option.name, option.value.empty() ? "" : " ", cell(option.value), "` | ",
               cell(option.help), " |\n");
  });
  return out;
}

std::string section(const Verb& verb) {
  const cli::Syntax& syntax = *verb.syntax;
  std::string out =
      cat("\n## ", syntax.command, "\n\n    ", cli::program_name(syntax), " [OPTION...]",
          syntax.operands.empty() ? "" : " ", syntax.operands, "\n\n", syntax.summary, "\n");
  for (const std::string_view paragraph : paragraphs(verb.about))
    out += cat("\n", cli::wrapped(paragraph, 0, 130), "\n");
  out += options(syntax);
  out += "\n";
  for (const Example& example : verb.examples)
    out += cat("    # ", example.purpose, "\n    ", example.command, "\n");
  return out;
}

}  // namespace

std::string reference_page(const cli::Syntax& global) {
  std::string out =
      "# Command line\n\nMade by `manual reference` from the tables of options. A test compares "
      "it. "
      "To renew it:\n\n    build/runtime/manual/manual reference >runtime/docs/reference.md\n\n";
  out += cat("Options before the verb:\n", options(global),
             "\nOperands:\n\n| operand | |\n|---|---|\n");
  for (const Operand& one : all_operands())
    out += cat("| `", one.word, "` | ", cell(one.meaning), " |\n");
  for (const Verb& verb : verbs())
    out += section(verb);
  return out;
}

}  // namespace oci::manual
