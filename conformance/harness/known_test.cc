#include "conformance/harness/known.h"

#include <stdexcept>

#include "third_party/boost_test.h"

namespace oci::conformance {
namespace {

BOOST_AUTO_TEST_SUITE(known)

BOOST_AUTO_TEST_CASE(a_line_names_a_case_and_a_reason) {
  const Known known = Known::parse("# comment\n\nstate/pid: 0 when stopped\n");
  BOOST_TEST_REQUIRE(known.find("state/pid").has_value());
  BOOST_TEST(known.find("state/pid")->reason == "0 when stopped");
  BOOST_TEST(!known.find("state/pid")->sometimes);
  BOOST_TEST(!known.find("state/pids"));
}

BOOST_AUTO_TEST_CASE(a_glob_covers_a_family) {
  const Known known = Known::parse("seccomp/*: no libseccomp: old");
  BOOST_TEST_REQUIRE(known.find("seccomp/errno").has_value());
  BOOST_TEST(known.find("seccomp/errno")->reason == "no libseccomp: old");
}

BOOST_AUTO_TEST_CASE(what_a_machine_lacks_explains_nothing_where_it_is) {
  const char* text = "devices/rules: without CAP_SYS_RESOURCE, cannot raise a limit";
  BOOST_TEST(Known::parse(text, 0).find("devices/rules").has_value());
  BOOST_TEST(!Known::parse(text, uint64_t{1} << 24).find("devices/rules"));
}

BOOST_AUTO_TEST_CASE(a_line_without_a_reason_is_refused) {
  BOOST_CHECK_THROW(Known::parse("state/pid"), std::runtime_error);
  BOOST_CHECK_THROW(Known::parse("state/pid:   "), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(no_pattern_matches_everything) {
  BOOST_TEST(matches("", "anything"));
  BOOST_TEST(matches("mounts/*", "mounts/bind"));
  BOOST_TEST(!matches("mounts/*", "hooks/order"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::conformance
