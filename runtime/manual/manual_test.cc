#include <set>

#include "runtime/cli/engine_options.h"
#include "runtime/manual/help.h"
#include "third_party/boost_test.h"

namespace oci::manual {
namespace {

size_t longest_line(std::string_view text) {
  size_t longest = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    // A usage and an example are one line each, to be copied.
    if (line.find("  oci-rt ") == line.npos && !line.starts_with("    echo"))
      longest = std::max(longest, end);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return longest;
}

BOOST_AUTO_TEST_SUITE(manual)

BOOST_AUTO_TEST_CASE(each_verb_has_two_examples_that_call_it) {
  for (const Verb& verb : verbs()) {
    const std::string name(verb.syntax->command);
    BOOST_TEST(!verb.about.empty(), name);
    for (const Example& example : verb.examples) {
      BOOST_TEST(example.purpose.ends_with(':'), name);
      BOOST_TEST(example.command.find(cat("oci-rt ", name)) != std::string_view::npos, name);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_help_begins_with_the_options_and_fits_the_width) {
  for (const Verb& verb : verbs()) {
    for (const size_t width : {60, 80, 120}) {
      const std::string text = long_help(verb, width);
      BOOST_TEST(text.starts_with(cli::help_text(*verb.syntax, width)));
      BOOST_TEST(longest_line(text) <= width, cat(verb.syntax->command, " at ", width));
    }
  }
}

BOOST_AUTO_TEST_CASE(the_help_of_delete) {
  BOOST_TEST(long_help(*find_verb("delete"), 72) ==
             "Removes containers and their resources.\n"
             "Usage:\n"
             "  oci-rt delete [OPTION...] ID...\n"
             "\n"
             "  -f, --force  kill a running container first; an unknown id is not an\n"
             "               error\n"
             "  -h, --help   show this help\n"
             "\n"
             "Operands:\n"
             "  ID  the name of a container: letters, digits, `_`, `+`, `-` and `.`,\n"
             "      chosen by the caller. `oci-rt list` shows all ids\n"
             "\n"
             "The container has to be stopped, or to wait for `start`. `delete`\n"
             "removes its cgroup, its mounts and its record, and runs the poststop\n"
             "hooks. The bundle stays.\n"
             "\n"
             "Examples:\n"
             "  Delete a stopped container:\n"
             "    oci-rt delete web\n"
             "  Kill a running container and delete it:\n"
             "    oci-rt delete --force web\n");
}

BOOST_AUTO_TEST_CASE(operands_are_found_as_words) {
  const auto words = [](std::string_view operands) {
    std::string text;
    for (const Operand& one : operands_of({.command = "x", .operands = operands, .summary = ""}))
      text += cat(one.word, " ");
    return text;
  };
  BOOST_TEST(words("ID|DIR [PROGRAM [ARGUMENT...]]") == "ID DIR PROGRAM ");
  BOOST_TEST(words("ID [PS-OPTION...]") == "ID PS-OPTION ");
  BOOST_TEST(words("GRID") == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::manual
