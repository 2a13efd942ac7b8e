// The grammar of the command line: the forms that clients of runc and crun send.
//
// It follows Go's command lines: single dashes before long names, values that begin with '-',
// "--flag=false", and for some verbs options only before the first operand.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "spec/error.h"
#include "spec/name.h"

namespace oci::cli {

struct Option {
  char letter = '\0';           // '\0': none
  std::string_view name;        // without dashes
  std::string_view value = {};  // name of its value in the help. Empty: a flag
  std::string_view help = {};   // empty: accepted, but not shown
};

// An option of every command.
inline constexpr Option kHelp{.letter = 'h', .name = "help", .help = "show this help"};

struct Syntax {
  std::string_view command;   // "create". Empty: the program itself
  std::string_view operands;  // "ID [SIGNAL]"
  std::string_view summary;
  std::span<const Option> options = {};
  std::span<const Option> more_options = {};  // shared between commands
  size_t min_operands = 0;
  size_t max_operands = 0;
  bool options_first =
      false;  // the first operand ends the options: the words after it are passed on
};

// Two tables as one.
template <size_t A, size_t B>
consteval std::array<Option, A + B> joined(const Option (&first)[A], const Option (&second)[B]) {
  std::array<Option, A + B> both;
  std::copy(std::begin(first), std::end(first), both.begin());
  std::copy(std::begin(second), std::end(second), both.begin() + A);
  return both;
}

// The parsed command line. Views into argv and into the table of options.
class Arguments {
 public:
  bool flag(std::string_view name) const { return value(name) == "true"; }
  // The last value counts. Empty: absent or empty, which mean the same to clients.
  std::string_view value(std::string_view name) const;
  std::string text(std::string_view name) const { return std::string(value(name)); }

  std::vector<std::string_view> operands;
  bool help = false;  // -h or --help: parsing stopped there
  std::vector<std::pair<std::string_view, std::string_view>> options;  // name, value, as given
};

// All values of a repeatable option.
std::vector<std::string> all_values(const Arguments& arguments, std::string_view name);

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

// `words`: those after the name of the command. `outer`: options that belong before the command,
// for the error message if they come after it. Errors: an option is unknown, lacks its value or is
// no boolean, or the number of operands is wrong.
Result<Arguments> parse_arguments(const Syntax& syntax, std::span<const char* const> words,
                                  std::span<const Option> outer);

// An error, in runc's words, unless `least` to `most` operands were given.
Status require_operands(const Syntax& syntax, std::span<const std::string_view> operands,
                        size_t least, size_t most);

// `text`, which is at column `column` of its line, in lines of at most `width` columns. The
// following lines begin with `column` blanks. No newline at the end.
std::string wrapped(std::string_view text, size_t column, size_t width);

// The text of --help without the examples, in lines of at most `width` columns.
std::string help_text(const Syntax& syntax, size_t width);

// For help: $COLUMNS, else the width of the terminal at standard output, else 80.
size_t output_width();

// A decimal number of an option, or an error that names it.
Result<uint32_t> parse_number(std::string_view option, std::string_view text, uint32_t highest);

// An error lists the allowed values.
template <class T, size_t N>
Result<T> choose(std::string_view option, std::string_view text,
                 const spec::Name<T> (&choices)[N]) {
  if (const T* found = spec::find_name(choices, text)) return *found;
  std::string names;
  for (const spec::Name<T>& choice : choices)
    names += cat(names.empty() ? "" : ", ", choice.name);
  return Error(ErrorKind::kUsage,
               cat("option --", option, ": expected one of ", names, ", found '", text, "'"));
}

}  // namespace oci::cli
