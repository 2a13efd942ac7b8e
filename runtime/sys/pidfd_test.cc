#include "runtime/sys/pidfd.h"

#include <unistd.h>

#include <csignal>

#include "runtime/sys/proc.h"
#include "runtime/testing/child.h"
#include "third_party/boost_test.h"

namespace oci::sys {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

BOOST_AUTO_TEST_CASE(a_process_is_found_by_pid_and_start_time) {
  testing::Child child;
  const uint64_t start = read_process_stat(child.pid()).value().start_time;

  const Result<std::optional<Pidfd>> found = Pidfd::open(child.pid(), start);
  BOOST_REQUIRE((found && found.value().has_value()));

  BOOST_TEST(found.value()->wait_exit(deadline_in(milliseconds(0))).value() == false);
  BOOST_TEST(found.value()->send(SIGTERM).value() == true);
  BOOST_TEST(found.value()->wait_exit(deadline_in(seconds(10))).value() == true);
  BOOST_TEST(WTERMSIG(child.reap()) == SIGTERM);
  BOOST_TEST(found.value()->send(SIGTERM).value() == false);
}

BOOST_AUTO_TEST_CASE(a_stranger_with_the_same_pid_is_not_found) {
  testing::Child child;
  const uint64_t start = read_process_stat(child.pid()).value().start_time;
  BOOST_TEST(!Pidfd::open(child.pid(), start + 1).value().has_value());
}

BOOST_AUTO_TEST_CASE(a_reaped_process_is_not_found) {
  testing::Child child;
  const pid_t pid = child.pid();
  const uint64_t start = read_process_stat(pid).value().start_time;
  ::kill(pid, SIGKILL);
  child.reap();
  BOOST_TEST(!Pidfd::open(pid, start).value().has_value());
}

// Its pid survives as the id of the group. The kernel reports that with another errno.
BOOST_AUTO_TEST_CASE(a_reaped_leader_of_a_group_that_lives_on_is_not_found) {
  testing::Child leader, member;
  const pid_t pid = leader.pid();
  const uint64_t start = read_process_stat(pid).value().start_time;
  BOOST_REQUIRE(::setpgid(pid, pid) == 0);
  BOOST_REQUIRE(::setpgid(member.pid(), pid) == 0);
  ::kill(pid, SIGKILL);
  leader.reap();
  const Result<std::optional<Pidfd>> found = Pidfd::open(pid, start);
  BOOST_REQUIRE(found);
  BOOST_TEST(!found.value().has_value());
}

BOOST_AUTO_TEST_CASE(process_groups_and_everyone_are_never_opened) {
  for (const pid_t pid : {0, -1, -7})
    BOOST_TEST(!Pidfd::open(pid, 0).value().has_value());
}

BOOST_AUTO_TEST_CASE(a_passed_deadline_polls_without_waiting) {
  BOOST_TEST(poll_timeout(Deadline()) == 0);
  BOOST_TEST(poll_timeout(deadline_in(seconds(2))) > 1000);
  BOOST_TEST(poll_timeout(deadline_in(seconds(2))) <= 2000);
}

}  // namespace
}  // namespace oci::sys
