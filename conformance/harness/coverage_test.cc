#include "conformance/harness/coverage.h"

#include <stdexcept>

#include "third_party/boost_test.h"

namespace oci::conformance {
namespace {

BOOST_AUTO_TEST_SUITE(coverage)

BOOST_AUTO_TEST_CASE(a_row_is_a_rule_with_its_cases) {
  const auto rules =
      parse_rules("# of life\n\na.b | MUST | config.md#root | it holds | a/one a/t*\n");
  BOOST_TEST_REQUIRE(rules.size() == 1U);
  BOOST_TEST(rules[0].id == "a.b");
  BOOST_TEST(rules[0].level == "MUST");
  BOOST_TEST(rules[0].clause == "config.md#root");
  BOOST_TEST(rules[0].text == "it holds");
  BOOST_TEST(rules[0].cases.size() == 2U);
  BOOST_TEST(rules[0].open.empty());
}

BOOST_AUTO_TEST_CASE(an_open_row_says_why) {
  const auto rules = parse_rules("a.b | MAY | config.md | it holds | open: nothing shows it yet");
  BOOST_TEST(rules.at(0).open == "nothing shows it yet");
  BOOST_TEST(rules.at(0).cases.empty());
}

BOOST_AUTO_TEST_CASE(rows_that_say_too_little_are_refused) {
  for (const char* row :
       {"a.b | MUST | config.md | it holds |", "a.b | MUST | config.md | it holds | open:",
        "a.b | MUST | config.md | it holds", "a.b | SHALL | config.md | it holds | a/one",
        "a.b | MUST | | it holds | a/one", " | MUST | config.md | it holds | a/one"}) {
    BOOST_CHECK_THROW(parse_rules(row), std::runtime_error);
  }
}

BOOST_AUTO_TEST_CASE(all_is_well_when_every_case_has_a_rule) {
  const auto rules = parse_rules("a | MUST | c | r | x/*\nb | MAY | c | r | open: why\n");
  BOOST_TEST(coverage_problems(rules, {"x/one", "x/two"}).empty());
}

BOOST_AUTO_TEST_CASE(a_case_that_does_not_exist_is_a_problem) {
  const auto problems =
      coverage_problems(parse_rules("a | MUST | c | r | x/one x/gone"), {"x/one"});
  BOOST_TEST_REQUIRE(problems.size() == 1U);
  BOOST_TEST(problems[0] == "the rule a names no case there is: x/gone");
}

BOOST_AUTO_TEST_CASE(a_case_without_a_rule_is_a_problem) {
  const auto problems = coverage_problems(parse_rules("a | MUST | c | r | x/one"), {"x/one", "y"});
  BOOST_TEST_REQUIRE(problems.size() == 1U);
  BOOST_TEST(problems[0] == "no rule names the case y");
}

BOOST_AUTO_TEST_CASE(a_known_deviation_names_a_case) {
  const Known known = Known::parse("a/one: why\nb/*: why\n");
  const auto globs = stale_deviations(known, {"a/one", "c/one"});
  BOOST_TEST_REQUIRE(globs.size() == 1U);
  BOOST_TEST(globs[0] == "b/*");
}

BOOST_AUTO_TEST_CASE(an_id_stands_for_one_rule) {
  const auto rules = parse_rules("a | MUST | c | r | x\na | MAY | c | other | x\n");
  BOOST_TEST(coverage_problems(rules, {"x"}).at(0) == "the rule a is there twice");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::conformance
