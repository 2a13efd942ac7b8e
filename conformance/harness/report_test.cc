#include "conformance/harness/report.h"

#include "third_party/boost_test.h"

namespace oci::conformance {
namespace {

const Known kKnown = Known::parse("a/known: because\na/race: sometimes, a race");

Standing standing(Verdict verdict, const char* name) {
  return judge({.verdict = verdict, .reason = "why"}, name, kKnown).standing;
}

BOOST_AUTO_TEST_SUITE(report)

BOOST_AUTO_TEST_CASE(a_known_failure_is_no_failure) {
  BOOST_CHECK(standing(Verdict::kFailed, "a/known") == Standing::kKnown);
  BOOST_CHECK(standing(Verdict::kFailed, "a/new") == Standing::kFailed);
}

BOOST_AUTO_TEST_CASE(an_unexpected_pass_is_a_failure) {
  BOOST_CHECK(standing(Verdict::kPassed, "a/known") == Standing::kUnexpectedPass);
  BOOST_CHECK(standing(Verdict::kPassed, "a/new") == Standing::kPassed);
  const Judged judged{.standing = Standing::kUnexpectedPass, .reason = ""};
  BOOST_TEST(total({{.runtime = "x", .results = {judged}}}).failed == 1);
}

BOOST_AUTO_TEST_CASE(a_race_may_end_either_way) {
  BOOST_CHECK(standing(Verdict::kPassed, "a/race") == Standing::kPassed);
  BOOST_CHECK(standing(Verdict::kFailed, "a/race") == Standing::kKnown);
}

BOOST_AUTO_TEST_CASE(a_skip_stays_a_skip) {
  BOOST_CHECK(standing(Verdict::kSkipped, "a/known") == Standing::kSkipped);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::conformance
