#include "runtime/sys/self_status.h"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "third_party/boost_test.h"

namespace oci::sys {
namespace {

BOOST_AUTO_TEST_CASE(reads_both_masks) {
  const SelfStatus status = parse_self_status(
      "Name:\tSigIgn:\nSigBlk:\t0000000000000001\nSigIgn:\t0000000001001000\n"
      "CapPrm:\t0000000000000003\nCapEff:\t0000000000000000\nCapBnd:\t000001fffeffffff\nCapAmb:"
      "\t0000000000000000\n");
  BOOST_TEST(status.ignored_signals == 0x1001000U);
  BOOST_TEST((status.permitted == 3U));
  BOOST_TEST((status.bounding == 0x1fffeffffffU));
}

BOOST_AUTO_TEST_CASE(has_ids_of_root_only_if_all_of_them_are) {
  const auto has = [](std::string_view text) { return parse_self_status(text).has_ids_of_root; };
  BOOST_TEST(has("Pid:\t1\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nFDSize:\t64\n"));
  BOOST_TEST(!has("Pid:\t1\nUid:\t1000\t0\t0\t0\nGid:\t0\t0\t0\t0\nFDSize:\t64\n"));
  BOOST_TEST(!has("Pid:\t1\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t5\t0\nFDSize:\t64\n"));
  BOOST_TEST(!has("Pid:\t1\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0"));
  BOOST_TEST(!has("Name:\tUid:\t0\n"));
}

BOOST_AUTO_TEST_CASE(its_number_is_that_of_the_innermost_pid_namespace) {
  const auto number = [](std::string_view text) { return parse_self_status(text).pid; };
  BOOST_TEST(number("Pid:\t4321\nNSpid:\t4321\t57\t1\nNSpgid:\t9\t9\t9\n") == 1);
  BOOST_TEST(number("Pid:\t4321\nNSpid:\t4321\n") == 4321);
  BOOST_TEST(number("Pid:\t4321\nNSpid:\t4321\tx\n") == 0);
  BOOST_TEST(number("Name:\tNSpid:\nPid:\t4321\n") == 0);
  BOOST_TEST(self_status().pid == ::getpid());
  BOOST_TEST(own_pid() == ::getpid());
}

BOOST_AUTO_TEST_CASE(takes_a_cut_text_for_unknown) {
  for (const std::string_view text :
       {"", "Name:\tinit\n", "Name:\tinit\nSigIgn:\t00000000010", "Name:\tinit\nSigIgn:\tx\n"}) {
    const SelfStatus status = parse_self_status(text);
    BOOST_TEST(status.ignored_signals == ~uint64_t{0});
    BOOST_TEST(!status.permitted.has_value());
    BOOST_TEST(!status.bounding.has_value());
  }
}

BOOST_AUTO_TEST_CASE(agrees_with_the_calls_for_one_signal_and_one_capability) {
  const SelfStatus& status = self_status();
  for (int signal = 1; signal < SIGRTMIN; ++signal) {
    struct sigaction now = {};
    if (sigaction(signal, nullptr, &now) != 0) continue;
    BOOST_TEST(((status.ignored_signals >> (signal - 1) & 1) != 0) == (now.sa_handler == SIG_IGN));
  }
  BOOST_REQUIRE(status.bounding.has_value());
  for (unsigned capability = 0; capability < 64; ++capability) {
    const bool has = prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 1;
    BOOST_TEST(((*status.bounding >> capability & 1) != 0) == has);
  }
}

}  // namespace
}  // namespace oci::sys
