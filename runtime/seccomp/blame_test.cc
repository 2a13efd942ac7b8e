#include "runtime/seccomp/blame.h"

#include <cerrno>

#include "third_party/boost_test.h"

namespace oci::seccomp {
namespace {

using Action = spec::SeccompAction;

std::string refused(const spec::Seccomp& profile, std::string_view call = "execve") {
  const std::optional<Refusal> found = refusal_of(profile, call);
  return found ? found->property + " " + std::to_string(found->error) : "";
}

spec::SeccompSyscall rule(std::vector<std::string> names, Action action,
                          std::optional<uint32_t> error = {}) {
  return {.names = std::move(names), .action = action, .errno_ret = error, .args = {}};
}

BOOST_AUTO_TEST_SUITE(blame)

BOOST_AUTO_TEST_CASE(the_rule_that_refuses_a_call_is_named) {
  spec::Seccomp profile{.default_action = Action::kAllow};
  BOOST_TEST(refused(profile) == "");
  profile.syscalls = {rule({"mkdir"}, Action::kErrno),
                      rule({"fork", "execve"}, Action::kErrno, 38)};
  BOOST_TEST(refused(profile) == "linux.seccomp.syscalls[1] 38");
  BOOST_TEST(refused(profile, "mkdir") == "linux.seccomp.syscalls[0] 1");
  BOOST_TEST(refused(profile, "read") == "");
}

BOOST_AUTO_TEST_CASE(the_first_rule_without_conditions_wins) {
  spec::Seccomp profile{.default_action = Action::kErrno, .default_errno_ret = ENOSYS};
  BOOST_TEST(refused(profile) == "linux.seccomp.defaultAction 38");
  // Same as the default.
  profile.syscalls = {rule({"execve"}, Action::kErrno, ENOSYS)};
  BOOST_TEST(refused(profile) == "linux.seccomp.defaultAction 38");
  profile.syscalls.push_back(rule({"execve"}, Action::kAllow));
  BOOST_TEST(refused(profile) == "");
  profile.syscalls.insert(profile.syscalls.begin(), rule({"execve"}, Action::kErrno, EACCES));
  BOOST_TEST(refused(profile) == "linux.seccomp.syscalls[0] 13");
  profile.syscalls[0].args = {{.index = 0, .value = 1, .op = spec::SeccompOperator::kEqual}};
  profile.syscalls.resize(1);
  BOOST_TEST(refused(profile) == "");  // not always
}

BOOST_AUTO_TEST_CASE(what_kills_is_named) {
  spec::Seccomp profile{.default_action = Action::kAllow};
  profile.syscalls = {rule({"mkdir"}, Action::kErrno),
                      rule({"a", "b", "c", "d"}, Action::kKillProcess)};
  BOOST_TEST(killers_of(profile) ==
             "linux.seccomp.syscalls[1] (SCMP_ACT_KILL_PROCESS: a, b, c, ...)");
  profile.syscalls.push_back(rule({"uname"}, Action::kTrap));
  profile.default_action = Action::kKillThread;
  BOOST_TEST(killers_of(profile) ==
             "linux.seccomp.syscalls[1] (SCMP_ACT_KILL_PROCESS: a, b, c, ...) or "
             "linux.seccomp.syscalls[2] (SCMP_ACT_TRAP: uname) or "
             "linux.seccomp.defaultAction (SCMP_ACT_KILL_THREAD)");
  BOOST_TEST(killers_of({.default_action = Action::kAllow}) == "linux.seccomp.architectures");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::seccomp
