// The command line's grammar: what clients of runc and crun really send, and no more.
//
// It follows Go's command lines: single dashes before long names, values that begin with '-',
// "--flag=false", and for some verbs options only before the first operand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "spec/error.h"

namespace oci::cli {

struct Option {
  char letter = '\0';           // '\0': none
  std::string_view name;        // without dashes
  std::string_view value = {};  // what to call its value in the help; empty: a flag
  std::string_view help = {};   // empty: accepted, but not shown
};

// Every command has it.
inline constexpr Option kHelp{.letter = 'h', .name = "help", .help = "show this help"};

struct Syntax {
  std::string_view command;   // "create"; empty: the program itself
  std::string_view operands;  // "ID [SIGNAL]"
  std::string_view summary;
  std::span<const Option> options = {};
  std::span<const Option> more_options = {};  // shared between commands
  size_t min_operands = 0;
  size_t max_operands = 0;
  bool options_first = false;  // the first operand ends the options: what follows is passed on
};

// What was given. Views into argv and into the table of options.
class Arguments {
 public:
  bool flag(std::string_view name) const { return value(name) == "true"; }
  // The last one counts. Empty: not given, or given as empty, which clients mean alike.
  std::string_view value(std::string_view name) const;
  std::string text(std::string_view name) const { return std::string(value(name)); }

  std::vector<std::string_view> operands;
  bool help = false;  // -h or --help: the rest was not looked at
  std::vector<std::pair<std::string_view, std::string_view>> options;  // name, value, as given
};

// Calls `visit` with each option of the command, in the order of its help.
template <class Visit>
void for_each_option(const Syntax& syntax, Visit visit) {
  for (const Option& option : syntax.options)
    visit(option);
  for (const Option& option : syntax.more_options)
    visit(option);
  visit(kHelp);
}

// "oci-rt create".
std::string program_name(const Syntax& syntax);

// `words`: what follows the command's name. Errors: an option that is unknown, lacks its value or
// is no boolean; the wrong number of operands. `outer`: options that belong before the command, for
// the message to whoever writes them behind it.
Result<Arguments> parse_arguments(const Syntax& syntax, std::span<const char* const> words,
                                  std::span<const Option> outer);

// The text of --help, in lines of at most 100 columns.
std::string help_text(const Syntax& syntax);

// A decimal number of an option, or an error that names it.
Result<uint32_t> parse_number(std::string_view option, std::string_view text, uint32_t highest);

// One spelling of an option's value.
template <class T>
struct Choice {
  std::string_view name;
  T meaning;
};

// An error lists the spellings.
template <class T, size_t N>
Result<T> choose(std::string_view option, std::string_view text, const Choice<T> (&choices)[N]) {
  std::string names;
  for (const Choice<T>& choice : choices) {
    if (choice.name == text) return choice.meaning;
    names += cat(names.empty() ? "" : ", ", choice.name);
  }
  return Error(ErrorKind::kUsage,
               cat("option --", option, ": expected one of ", names, ", found '", text, "'"));
}

}  // namespace oci::cli
