#include "runtime/manual/completion.h"

#include "runtime/cli/globals.h"
#include "runtime/manual/man.h"
#include "third_party/boost_test.h"

namespace oci::manual {
namespace {

BOOST_AUTO_TEST_SUITE(completion)

BOOST_AUTO_TEST_CASE(the_name_of_a_value_tells_its_words) {
  BOOST_TEST(kind_of("DIR") == "dir");
  BOOST_TEST(kind_of("ID|DIR") == "dir");
  BOOST_TEST(kind_of("FILE|journald:ID|syslog:ID") == "file");
  BOOST_TEST(kind_of("table|json|TEMPLATE") == "words table json");
  BOOST_TEST(kind_of("ID") == "id");
  BOOST_TEST(kind_of("USEC") == "none");
}

std::string kinds(std::string_view verb) {
  std::string text;
  for (const std::string& kind : kinds_of_operands(*find_verb(verb)->syntax))
    text += cat(text.empty() ? "" : ", ", kind);
  return text;
}

BOOST_AUTO_TEST_CASE(operands_have_places) {
  BOOST_TEST(kinds("kill") == "id, id signal");
  BOOST_TEST(kinds("start") == "id");
  BOOST_TEST(kinds("state") == "id, none");
  BOOST_TEST(kinds("mounts") == "words add remove, id, file, none");
  BOOST_TEST(kinds("list") == "none");
  BOOST_TEST(kinds("exec") == "id, none, none");
}

BOOST_AUTO_TEST_CASE(names_come_from_the_tables) {
  BOOST_TEST(capability_words().starts_with("CAP_CHOWN "));
  BOOST_TEST(signal_words().starts_with("HUP INT QUIT "));
}

BOOST_AUTO_TEST_CASE(a_page_is_literal_where_roff_has_requests) {
  BOOST_TEST(man_text(".a `--b` c-d") == "\\&.a \\fB\\-\\-b\\fR c-d");
  BOOST_TEST(man_text("\\ '") == "\\e \\(aq");
  const std::string page = verb_page(*find_verb("delete"));
  BOOST_TEST(page.starts_with(".TH OCI\\-RT\\-DELETE 8 "));
  BOOST_TEST(page.find("\\fB\\-f\\fR, \\fB\\-\\-force\\fR\n") != page.npos);
  BOOST_TEST(config_page().find("\\fBprocess.user.uid\\fR (integer)") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::manual
