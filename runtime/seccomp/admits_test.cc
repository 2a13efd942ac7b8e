#include "runtime/seccomp/admits.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>

#include "runtime/seccomp/abi.h"
#include "runtime/seccomp/compile.h"
#include "runtime/seccomp/testing/profiles.h"
#include "spec/testing.h"
#include "third_party/boost_test.h"

namespace oci::seccomp {
namespace {

using enum spec::SeccompAction;

spec::SeccompSyscall rule(const char* name, spec::SeccompAction action,
                          std::vector<spec::SeccompArg> args = {}) {
  spec::SeccompSyscall rule;
  rule.names = {name};
  rule.action = action;
  rule.args = std::move(args);
  return rule;
}

bool lets_through(spec::SeccompAction by_default, std::vector<spec::SeccompSyscall> rules,
                  const KnownCall& call) {
  spec::Seccomp profile;
  profile.default_action = by_default;
  profile.syscalls = std::move(rules);
  const Program program = compile(profile, Warnings::kSkip).value();
  return admits(program.filter, std::span(&call, 1));
}

BOOST_AUTO_TEST_SUITE(seccomp_admits)

BOOST_AUTO_TEST_CASE(allowed_and_logged_calls_get_through) {
  for (const spec::SeccompAction action : {kAllow, kLog}) {
    BOOST_TEST(lets_through(kErrno, {rule("setsid", action)}, {.number = SYS_setsid}));
    BOOST_TEST(lets_through(action, {}, {.number = SYS_setsid}));
  }
}

BOOST_AUTO_TEST_CASE(all_others_do_not) {
  for (const spec::SeccompAction action : {kErrno, kKillThread, kKillProcess, kTrap, kTrace}) {
    BOOST_TEST(!lets_through(kAllow, {rule("setsid", action)}, {.number = SYS_setsid}));
  }
  BOOST_TEST(!lets_through(kErrno, {rule("getpid", kAllow)}, {.number = SYS_setsid}));
}

BOOST_AUTO_TEST_CASE(a_known_argument_decides) {
  const auto masked = [](uint64_t flags) {
    return lets_through(kErrno,
                        {rule("clone", kAllow,
                              {{.index = 0,
                                .value = 0x7E020000,
                                .value_two = 0,
                                .op = spec::SeccompOperator::kMaskedEqual}})},
                        {.number = SYS_clone, .arguments = {flags}, .unknown = 1U << 2});
  };
  BOOST_TEST(masked(0x8000));
  BOOST_TEST(!masked(0x20000000));
}

BOOST_AUTO_TEST_CASE(an_unknown_argument_that_decides_is_a_refusal) {
  const std::vector<spec::SeccompSyscall> rules = {
      rule("capset", kAllow, {{.index = 1, .value = 0, .op = spec::SeccompOperator::kNotEqual}})};
  const uint64_t pointer = 0x400000;
  BOOST_TEST(lets_through(kErrno, rules, {.number = SYS_capset, .arguments = {0, pointer}}));
  BOOST_TEST(!lets_through(kErrno, rules,
                           {.number = SYS_capset, .arguments = {0, pointer}, .unknown = 3}));
}

BOOST_AUTO_TEST_CASE(podmans_profile_lets_through_what_exec_calls_last) {
  const Program program =
      compile(load_profile(cat(testing::kSourceTree, "/runtime/seccomp/testdata/podman.json")),
              Warnings::kSkip)
          .value();
  const auto lets = [&](const KnownCall& call) {
    return admits(program.filter, std::span(&call, 1));
  };
  constexpr uint64_t kParentSetTid = 0x00108000, kTiocsctty = 0x540E;
  BOOST_TEST(lets({.number = SYS_clone, .arguments = {kParentSetTid}, .unknown = 4}));
  for (const int number :
       {SYS_setsid, SYS_exit_group, SYS_capset, SYS_prctl, SYS_prlimit64, SYS_close})
    BOOST_TEST(lets({.number = number, .unknown = 7}));
  BOOST_TEST(lets({.number = SYS_ioctl, .arguments = {0, kTiocsctty}}));
}

BOOST_AUTO_TEST_CASE(no_filter_is_no_answer) {
  BOOST_TEST(!admits({}, {}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::seccomp
