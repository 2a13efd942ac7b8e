#include "runtime/wire/sequence.h"

#include <initializer_list>
#include <string>

#include "third_party/boost_test.h"

namespace oci::wire {
namespace {

// The result of each message in turn: "ok" or "refused".
std::string replay(Sequence::Needs needs, std::initializer_list<Type> messages) {
  Sequence sequence(needs);
  std::string story;
  for (const Type type : messages)
    story += sequence.accept(type) ? "ok " : "refused ";
  return story + (sequence.complete() ? "complete" : "incomplete");
}

BOOST_AUTO_TEST_SUITE(sync_sequence)

BOOST_AUTO_TEST_CASE(a_plain_container_is_ready_and_settled) {
  BOOST_TEST(replay({}, {Type::kWarning, Type::kReady, Type::kSettled}) == "ok ok ok complete");
}

BOOST_AUTO_TEST_CASE(everything_a_plan_announces_comes_in_this_order) {
  BOOST_TEST(replay({.staged = true, .console = true, .host_hooks = true},
                    {Type::kStaged, Type::kConsole, Type::kMountsReady, Type::kReady,
                     Type::kSettled}) == "ok ok ok ok ok complete");
}

BOOST_AUTO_TEST_CASE(init_cannot_be_ready_before_its_hooks_ran) {
  BOOST_TEST(replay({.host_hooks = true}, {Type::kReady}) == "refused incomplete");
}

BOOST_AUTO_TEST_CASE(what_the_plan_does_not_announce_is_refused) {
  for (const Type type : {Type::kStaged, Type::kConsole, Type::kMountsReady}) {
    BOOST_TEST(replay({}, {type}) == "refused incomplete");
  }
}

BOOST_AUTO_TEST_CASE(what_the_plan_announces_cannot_be_skipped) {
  BOOST_TEST(replay({.staged = true}, {Type::kReady}) == "refused incomplete");
  BOOST_TEST(replay({.console = true}, {Type::kReady}) == "refused incomplete");
}

BOOST_AUTO_TEST_CASE(a_request_is_served_once) {
  BOOST_TEST(replay({.host_hooks = true}, {Type::kMountsReady, Type::kMountsReady}) ==
             "ok refused incomplete");
  BOOST_TEST(replay({}, {Type::kReady, Type::kReady}) == "ok refused incomplete");
}

BOOST_AUTO_TEST_CASE(answers_and_unknown_types_are_no_requests) {
  for (const int type :
       {0, static_cast<int>(Type::kPlaced), static_cast<int>(Type::kProceed), 99}) {
    BOOST_TEST(replay({}, {static_cast<Type>(type)}) == "refused incomplete");
  }
}

BOOST_AUTO_TEST_CASE(nothing_comes_after_settled) {
  BOOST_TEST(replay({}, {Type::kReady, Type::kSettled, Type::kWarning, Type::kSettled}) ==
             "ok ok refused refused complete");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::wire
