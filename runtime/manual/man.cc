#include "runtime/manual/man.h"

#include <algorithm>

#include "runtime/cli/version.h"
#include "runtime/explain/properties.h"
#include "runtime/manual/help.h"
#include "spec/error.h"

namespace oci::manual {
namespace {

constexpr size_t kLine = 76;  // mandoc asks for lines of at most 80 bytes

// Of the last change of the words. A date of the build would make two builds differ.
constexpr std::string_view kDate = "2026-11-30";

std::string escaped(std::string_view text, bool dashes) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-' && dashes) {
      out += "\\-";
    } else if (c == '\'') {
      out += "\\(aq";  // not a curly one: it is to be copied
    } else {
      out += c;
    }
  }
  // A line that begins with a dot is a request.
  return out.starts_with('.') ? cat("\\&", out) : out;
}

std::string literal(std::string_view text) {
  return escaped(text, true);
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

// "Creates a container." as "creates a container".
std::string phrase(std::string_view sentence) {
  std::string out(sentence);
  if (out.ends_with('.')) out.pop_back();
  if (out.size() > 1 && out[0] >= 'A' && out[0] <= 'Z') {
    out[0] = static_cast<char>(out[0] - 'A' + 'a');
  }
  return out;
}

std::string heading(std::string_view name, char section, std::string_view summary) {
  return cat(".TH ", upper(literal(name)), " ", std::string(1, section), " ", kDate, " \"oci-rt ",
             cli::build_info().version, "\" \"oci-rt\"\n.SH NAME\n",
             man_text(cat(name, " - ", phrase(summary))), "\n");
}

std::string row(std::string_view label, std::string_view text) {
  return cat(".TP\n", label, "\n", man_text(text), "\n");
}

std::string option_row(const cli::Option& option) {
  std::string label =
      option.letter == '\0' ? "" : cat("\\fB\\-", std::string(1, option.letter), "\\fR, ");
  label += cat("\\fB\\-\\-", literal(option.name), "\\fR");
  if (!option.value.empty()) label += cat(" \\fI", literal(option.value), "\\fR");
  return row(label, option.help);
}

std::string options(const cli::Syntax& syntax) {
  std::string out = ".SH OPTIONS\n";
  cli::for_each_option(syntax, [&](const cli::Option& option) {
    if (!option.help.empty()) out += option_row(option);
  });
  return out;
}

std::string synopsis(const cli::Syntax& syntax) {
  return cat(".SH SYNOPSIS\n\\fB", literal(cli::program_name(syntax)), "\\fR [\\fIOPTION\\fR...]",
             syntax.operands.empty() ? "" : cat(" ", literal(syntax.operands)), "\n");
}

std::string reference(std::string_view page, char section) {
  return cat("\\fB", literal(page), "\\fR(", std::string(1, section), ")");
}

std::string example_text(const Example& example) {
  return cat(man_text(example.purpose), "\n.PP\n.RS 4\n.nf\n", literal(example.command),
             "\n.fi\n.RE\n");
}

std::string property_row(const explain::Property& property) {
  std::string text(property.about);
  if (!property.kernel.empty()) text += cat(" Kernel: ", property.kernel, ".");
  if (!property.since.empty()) text += cat(" Since Linux ", property.since, ".");
  if (!property.engines.empty()) text += cat(" Engines: ", property.engines, ".");
  return row(cat("\\fB", literal(property.path), "\\fR (", property.type, ")"), text);
}

}  // namespace

std::string man_text(std::string_view text) {
  std::string out;
  bool bold = false;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find('`', at), text.size());
    out += escaped(text.substr(at, end - at), bold);
    if (end < text.size()) out += bold ? "\\fR" : "\\fB";
    bold = !bold;
    at = end + 1;
  }
  out = cli::wrapped(out, 0, kLine);
  // A line that begins with a dot is a request.
  for (size_t line = out.find("\n."); line != out.npos; line = out.find("\n.", line + 1))
    out.insert(line + 1, "\\&");
  return out;
}

std::string verb_page(const Verb& verb) {
  const cli::Syntax& syntax = *verb.syntax;
  std::string out = heading(cat("oci-rt-", syntax.command), '8', syntax.summary);
  out += synopsis(syntax);
  out += cat(".SH DESCRIPTION\n", man_text(syntax.summary), "\n");
  for (const std::string_view paragraph : paragraphs(verb.about))
    out += cat(".PP\n", man_text(paragraph), "\n");
  for (const Operand& one : operands_of(syntax))
    out += row(cat("\\fI", literal(one.word), "\\fR"), one.meaning);
  out += options(syntax);
  out += ".PP\nOptions of the program stand before the verb: \\fBoci\\-rt\\fR(8).\n";
  out += cat(".SH EXAMPLES\n", example_text(verb.examples[0]), ".PP\n",
             example_text(verb.examples[1]));
  return out +
         cat(".SH SEE ALSO\n", reference("oci-rt", '8'), ", ", reference("oci-rt.json", '5'), "\n");
}

std::string program_page(const cli::Syntax& global) {
  std::string out = heading("oci-rt", '8', global.summary);
  out += synopsis(global);
  out += cat(".SH DESCRIPTION\n", man_text(global.summary), "\n.PP\n",
             man_text("A bundle is a directory with a config.json and a root filesystem. The form "
                      "of config.json is that of the runtime specification of the Open Container "
                      "Initiative. The command line is that of runc."),
             "\n");
  out += options(global);
  out += ".SH COMMANDS\n";
  for (const Verb& verb : verbs()) {
    out += row(reference(cat("oci-rt-", verb.syntax->command), '8'), verb.syntax->summary);
  }
  out += ".SH EXIT STATUS\n";
  out += ".TP\n0\nSuccess.\n";
  out += ".TP\n1\noci\\-rt itself failed. One line on standard error has the reason.\n";
  out += ".TP\n255\n\\fBexec\\fR itself failed.\n";
  out += cat(".PP\n",
             man_text("`run` and `exec` exit with the code of the program, or with 128+N "
                      "after signal N."),
             "\n");
  out += ".SH ENVIRONMENT\n";
  out += row("\\fBXDG_RUNTIME_DIR\\fR",
             "For an ordinary user, the state directory is `oci-rt` in this directory.");
  out +=
      row("\\fBOCI_RT_TRACE\\fR",
          "The FILE of --trace, where the option is not given: for the environment of an engine.");
  out += row("\\fBCOLUMNS\\fR", "The width of the help.");
  out += ".SH FILES\n";
  out += row("\\fI/run/oci\\-rt\\fR", "The state directory of root.");
  return out + cat(".SH SEE ALSO\n", reference("oci-rt.json", '5'), "\n");
}

std::string config_page() {
  std::string out =
      heading("oci-rt.json", '5', "Properties of config.json, as oci-rt applies them.");
  out += cat(".SH DESCRIPTION\n",
             man_text("A bundle has its configuration in the file config.json. oci-rt applies each "
                      "property as it is written, or refuses the file with the place of the "
                      "mistake. `oci-rt check` finds all mistakes, and `oci-rt explain` prints one "
                      "of the rows below."),
             "\n.PP\n", man_text("[] is an element of an array, and <key> a word of the user."),
             "\n.SH PROPERTIES\n");
  for (const auto rows : {explain::properties_of_the_process(), explain::properties_of_linux()})
    for (const explain::Property& one : rows)
      out += property_row(one);
  return out + cat(".SH SEE ALSO\n", reference("oci-rt", '8'), ", ", reference("oci-rt-check", '8'),
                   ", ", reference("oci-rt-explain", '8'), "\n");
}

}  // namespace oci::manual
