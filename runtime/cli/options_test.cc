#include "runtime/cli/options.h"

#include <algorithm>

#include "spec/nearest.h"
#include "third_party/boost_test.h"

namespace oci::cli {
namespace {

constexpr Option kOptions[] = {
    {.letter = 'b', .name = "bundle", .value = "DIR", .help = "the bundle"},
    {.letter = 'd', .name = "detach", .help = "return at once"},
    {.name = "console-socket", .value = "PATH", .help = "a socket"},
    {.name = "no-subreaper"},
    {.name = "preserve-fds", .value = "N", .help = "descriptors"},
    {.letter = 'r', .name = "resources", .value = "FILE", .help = "limits"},
};

constexpr Syntax kPermuting{.command = "make",
                            .operands = "ID",
                            .summary = "Makes.",
                            .options = kOptions,
                            .min_operands = 0,
                            .max_operands = 99};

constexpr Syntax kStopping{.command = "exec",
                           .operands = "ID COMMAND...",
                           .summary = "Executes.",
                           .options = kOptions,
                           .min_operands = 0,
                           .max_operands = 99,
                           .options_first = true};

// Splits at blanks. An empty word is written as ''.
std::vector<std::string> split(std::string_view line) {
  std::vector<std::string> words;
  while (!line.empty()) {
    const size_t end = std::min(line.find(' '), line.size());
    const std::string_view word = line.substr(0, end);
    words.emplace_back(word == "''" ? "" : word);
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return words;
}

// "option=value ... | operand ...", or "help", or the error.
std::string parsed(const Syntax& syntax, std::string_view line) {
  const std::vector<std::string> words = split(line);
  std::vector<const char*> argv;
  for (const std::string& word : words)
    argv.push_back(word.c_str());
  const Result<Arguments> arguments = parse_arguments(syntax, argv, {});
  if (!arguments) return arguments.error().message();
  if (arguments.value().help) return "help";
  std::string out;
  for (const auto& [name, value] : arguments.value().options)
    out += cat(name, "=", value, " ");
  out += "|";
  for (const std::string_view operand : arguments.value().operands)
    out += cat(" ", operand);
  return out;
}

struct Case {
  std::string_view line;
  std::string_view expected;
};

void check(const Syntax& syntax, std::span<const Case> cases) {
  for (const Case& one : cases)
    BOOST_TEST(parsed(syntax, one.line) == one.expected, one.line);
}

BOOST_AUTO_TEST_CASE(every_way_to_write_an_option_is_read) {
  const Case cases[] = {
      {"", "|"},
      {"web", "| web"},
      {"--bundle /b web", "bundle=/b | web"},
      {"--bundle=/b web", "bundle=/b | web"},
      {"-b /b web", "bundle=/b | web"},
      {"-b=/b web", "bundle=/b | web"},
      {"-bundle /b web", "bundle=/b | web"},
      {"-bundle=/b web", "bundle=/b | web"},
      {"-console-socket /s web", "console-socket=/s | web"},
      {"-no-subreaper web", "no-subreaper=true | web"},
      {"-d web", "detach=true | web"},
      {"--detach web", "detach=true | web"},
      {"--detach=true web", "detach=true | web"},
      {"--detach=false web", "detach=false | web"},
      {"-d=false web", "detach=false | web"},
      {"--detach=1 --detach=F", "detach=true detach=false |"},
      {"--detach true", "detach=true | true"},  // as in Go: a flag takes no next word
      {"--bundle=", "bundle= |"},
      {"--bundle '' web", "bundle= | web"},
      {"--bundle=a=b", "bundle=a=b |"},
      {"--bundle=/with=sign/and,comma", "bundle=/with=sign/and,comma |"},
      {"--bundle /a --bundle /b", "bundle=/a bundle=/b |"},
  };
  check(kPermuting, cases);
}

BOOST_AUTO_TEST_CASE(a_value_may_begin_with_a_dash) {
  const Case cases[] = {
      {"--resources - web", "resources=- | web"},
      {"-r - web", "resources=- | web"},
      {"--resources=- web", "resources=- | web"},
      {"--preserve-fds -1 web", "preserve-fds=-1 | web"},
      {"--bundle --detach", "bundle=--detach |"},
      {"--bundle -- web", "bundle=-- | web"},
      {"--bundle -h", "bundle=-h |"},
  };
  check(kPermuting, cases);
}

BOOST_AUTO_TEST_CASE(options_may_follow_operands_where_nothing_is_passed_on) {
  const Case cases[] = {
      {"web --bundle /b", "bundle=/b | web"},
      {"web -d other", "detach=true | web other"},
      {"-- web", "| web"},
      {"-- --bundle", "| --bundle"},
      {"web -- -d", "| web -d"},
      {"-d -- -- web", "detach=true | -- web"},
      {"-", "| -"},
      {"''", "| "},
  };
  check(kPermuting, cases);
}

BOOST_AUTO_TEST_CASE(the_first_operand_ends_the_options_where_a_command_follows) {
  const Case cases[] = {
      {"web sh -c x --foo", "| web sh -c x --foo"},
      {"-d web sh -d --bundle", "detach=true | web sh -d --bundle"},
      {"-- web sh -d", "| web sh -d"},
      {"web -- sh", "| web -- sh"},
      {"web --help", "| web --help"},
      {"-d -- -b x", "detach=true | -b x"},
      {"web 9", "| web 9"},
      {"web -9", "| web -9"},
  };
  check(kStopping, cases);
}

BOOST_AUTO_TEST_CASE(help_wins_over_everything_after_it) {
  const Case cases[] = {
      {"--help", "help"},           {"-h", "help"},         {"-help", "help"},
      {"--help --no-such", "help"}, {"web --help", "help"}, {"--bundle /b -h", "help"},
      {"--help=false", "|"},
  };
  check(kPermuting, cases);
}

BOOST_AUTO_TEST_CASE(mistakes_are_named) {
  const Case cases[] = {
      {"--bundle", "option --bundle requires an argument: DIR"},
      {"-b", "option --bundle requires an argument: DIR"},
      {"web -bundle", "option --bundle requires an argument: DIR"},
      {"--detach=maybe", "option --detach: expected true or false, found 'maybe'"},
      {"--detach=", "option --detach: expected true or false, found ''"},
      {"--bundel /b", "unknown option '--bundel' of oci-rt make; did you mean --bundle?"},
      {"--frobnicate=x", "unknown option '--frobnicate' of oci-rt make; see oci-rt make --help"},
      {"-x", "unknown option '-x' of oci-rt make; see oci-rt make --help"},
      {"---bundle=x", "unknown option '---bundle' of oci-rt make; did you mean --bundle?"},
      {"-bd", "unknown option '-bd' of oci-rt make; see oci-rt make --help"},
      {"--=x", "unknown option '--' of oci-rt make; see oci-rt make --help"},
      {"-=x", "unknown option '-' of oci-rt make; see oci-rt make --help"},
  };
  check(kPermuting, cases);
}

BOOST_AUTO_TEST_CASE(the_number_of_operands_is_checked_in_runcs_words) {
  Syntax one = kPermuting;
  one.min_operands = one.max_operands = 1;
  BOOST_TEST(parsed(one, "") ==
             "\"make\" requires exactly 1 argument(s): oci-rt make [OPTION...] ID");
  BOOST_TEST(parsed(one, "a b") ==
             "\"make\" requires exactly 1 argument(s): oci-rt make [OPTION...] ID");
  Syntax first = kStopping;
  first.min_operands = first.max_operands = 1;
  BOOST_TEST(parsed(first, "web --bundle") ==
             "\"exec\" requires exactly 1 argument(s): oci-rt exec [OPTION...] ID COMMAND...; "
             "options come before the id");
  Syntax some = kPermuting;
  some.min_operands = 1;
  some.max_operands = 2;
  BOOST_TEST(parsed(some, "") ==
             "\"make\" requires at least 1 argument(s): oci-rt make [OPTION...] ID");
  BOOST_TEST(parsed(some, "a b c") ==
             "\"make\" requires at most 2 argument(s): oci-rt make [OPTION...] ID");
}

BOOST_AUTO_TEST_CASE(a_later_option_wins) {
  const char* const words[] = {"--bundle", "/a", "-d", "--bundle=/b", "--detach=false"};
  const Arguments arguments = parse_arguments(kPermuting, words, {}).value();
  BOOST_TEST(arguments.value("bundle") == "/b");
  BOOST_TEST(!arguments.flag("detach"));
  BOOST_TEST(arguments.value("resources").empty());
}

BOOST_AUTO_TEST_CASE(any_bytes_are_a_value) {
  const std::string odd = "\xff\n--x \t'\"$(y)";
  const char* const words[] = {"--bundle", odd.c_str()};
  BOOST_TEST(parse_arguments(kPermuting, words, {}).value().value("bundle") == odd);
}

BOOST_AUTO_TEST_CASE(the_help_lists_the_options_that_are_meant_for_people) {
  const std::string help = help_text(kStopping, 80);
  BOOST_TEST(help.starts_with("Executes.\nUsage:\n  oci-rt exec [OPTION...] ID COMMAND...\n"));
  BOOST_TEST(help.find("  -b, --bundle DIR") != std::string::npos);
  BOOST_TEST(help.find("  -d, --detach  ") != std::string::npos);
  BOOST_TEST(help.find("  -h, --help  ") != std::string::npos);
  BOOST_TEST(help.find("no-subreaper") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(lines_are_broken_between_words) {
  BOOST_TEST(wrapped("one two three", 2, 9) == "one two\n  three");
  BOOST_TEST(wrapped("a-word-that-is-too-long it", 2, 9) == "a-word-that-is-too-long\n  it");
  BOOST_TEST(wrapped("1\u2026 2\u2026 3\u2026", 0, 8) == "1\u2026 2\u2026 3\u2026");
  BOOST_TEST(wrapped("", 4, 9) == "");
}

BOOST_AUTO_TEST_CASE(the_width_is_that_of_the_caller) {
  const struct {
    const char* columns;
    size_t width;
  } cases[] = {{"120", 120}, {"72", 72}, {"1", 40}};
  for (const auto& one : cases) {
    ::setenv("COLUMNS", one.columns, 1);
    BOOST_TEST(output_width() == one.width, one.columns);
  }
  ::unsetenv("COLUMNS");
}

BOOST_AUTO_TEST_CASE(numbers_are_decimal_and_in_range) {
  BOOST_TEST(parse_number("n", "0", 10).value() == 0U);
  BOOST_TEST(parse_number("n", "10", 10).value() == 10U);
  for (const std::string_view text : {"11", "-1", "", "1x", " 1", "+1", "0x1", "99999999999"}) {
    BOOST_TEST(parse_number("n", text, 10).error().message() ==
               cat("option --n: expected a number from 0 to 10, found '", text, "'"));
  }
}

BOOST_AUTO_TEST_CASE(a_guess_is_made_only_when_it_is_near) {
  const std::string_view known[] = {"create", "start", "state", "delete", "run"};
  const struct {
    std::string_view word;
    std::string_view near;
  } cases[] = {
      {"strat", "start"},
      {"craete", "create"},
      {"creat", "create"},
      {"detele", "delete"},
      {"stat", "start"},
      {"rum", "run"},
      {"rmu", ""},
      {"frobnicate", ""},
      {"", ""},
      {"x", ""},
      {"ps", ""},
  };
  for (const auto& one : cases)
    BOOST_TEST(spec::nearest(one.word, known) == one.near, one.word);
}

}  // namespace
}  // namespace oci::cli
