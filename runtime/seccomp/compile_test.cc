#include "runtime/seccomp/compile.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <random>

#include "runtime/seccomp/bpf_machine.h"
#include "runtime/seccomp/testing/oracle.h"
#include "runtime/seccomp/testing/plain_reading.h"
#include "runtime/seccomp/testing/profiles.h"
#include "spec/testing.h"
#include "third_party/boost_test.h"

namespace oci::seccomp {
namespace {

constexpr uint32_t kNosys = SECCOMP_RET_ERRNO | ENOSYS;

spec::Seccomp podman() {
  return load_profile(cat(testing::kSourceTree, "/runtime/seccomp/testdata/podman.json"));
}

std::vector<sock_filter> filter_of(const spec::Seccomp& profile) {
  auto program = compile(profile, Warnings::kSkip);
  if (!program) BOOST_FAIL(program.error().message());
  BOOST_REQUIRE(is_loadable(program.value().filter));
  return std::move(program).value().filter;
}

std::string text_of(const seccomp_data& data) {
  std::string text = cat("arch ", data.arch, " nr ", static_cast<uint32_t>(data.nr), " args");
  for (const uint64_t argument : data.args) {
    text += cat(" ", argument);
  }
  return text;
}

// libseccomp lets pseudo numbers into its filter, for calls that i386 has only behind socketcall
// and ipc. The kernel has no calls with these numbers.
bool is_leak(const seccomp_data& data) {
  return data.arch == AUDIT_ARCH_I386 && data.nr <= -100 && data.nr >= -224;
}

struct Comparison {
  bool judged = false;             // libseccomp has a filter for the profile
  std::string with_plain_reading;  // the first differences. Empty: none
  std::string with_libseccomp;
};

enum class Judge { kPlainReading, kLibseccompToo };

Comparison compare(const spec::Seccomp& profile, Judge judge, uint32_t seed) {
  std::mt19937 random(seed);
  const std::vector<sock_filter> filter = filter_of(profile);
  const auto oracle = judge == Judge::kLibseccompToo ? oracle_filter(profile) : std::nullopt;
  const PlainReading plain(profile);
  Comparison found{oracle.has_value(), {}, {}};
  const auto note = [](std::string& text, const seccomp_data& data, uint32_t ours,
                       uint32_t theirs) {
    if (ours != theirs && text.size() < 1000) {
      text += cat(text_of(data), ": ", ours, ", expected ", theirs, "\n");
    }
  };
  for (const seccomp_data& data : interesting_calls(profile, random)) {
    if (is_leak(data)) continue;
    const uint32_t action = run(filter, data).action;
    const bool newer = plain.is_newer(data);
    note(found.with_plain_reading, data, action, newer ? kNosys : plain.action(data));
    if (oracle && !newer) note(found.with_libseccomp, data, action, run(*oracle, data).action);
  }
  return found;
}

seccomp_data call(uint32_t arch, uint32_t number, uint64_t first = 0) {
  seccomp_data data{};
  data.arch = arch;
  data.nr = static_cast<int>(number);
  data.args[0] = first;
  return data;
}

uint32_t answer(const spec::Seccomp& profile, const seccomp_data& data) {
  return run(filter_of(profile), data).action;
}

spec::Seccomp denying(std::vector<spec::SeccompSyscall> rules) {
  spec::Seccomp profile;
  profile.default_action = spec::SeccompAction::kErrno;
  profile.syscalls = std::move(rules);
  return profile;
}

spec::SeccompSyscall allow(const char* name, std::vector<spec::SeccompArg> args = {}) {
  return {{name}, spec::SeccompAction::kAllow, {}, std::move(args)};
}

constexpr uint32_t kDenied = SECCOMP_RET_ERRNO | EPERM;
constexpr uint32_t kRead = 0;
constexpr uint32_t kPersonality = 135;

BOOST_AUTO_TEST_SUITE(compile_seccomp)

BOOST_AUTO_TEST_CASE(podmans_profile_decides_as_libseccomps_filter_does) {
  const Comparison found = compare(podman(), Judge::kLibseccompToo, 1);
  BOOST_TEST(found.judged);
  BOOST_TEST(found.with_libseccomp == "");
  BOOST_TEST(found.with_plain_reading == "");
}

BOOST_AUTO_TEST_CASE(so_does_a_profile_whose_default_is_eperm) {
  spec::Seccomp profile = podman();
  profile.default_errno_ret = EPERM;
  const Comparison found = compare(profile, Judge::kLibseccompToo, 2);
  BOOST_TEST(found.judged);
  BOOST_TEST(found.with_libseccomp == "");
  BOOST_TEST(found.with_plain_reading == "");
}

// All profiles are applied as written. libseccomp 2.5 gets about one in twenty of these wrong:
// README.md, "Where libseccomp is wrong".
BOOST_AUTO_TEST_CASE(random_profiles_decide_as_libseccomps_filter_does_where_it_is_right) {
  std::mt19937 random(3);
  size_t judged = 0;
  size_t equal = 0;
  for (uint32_t round = 0; round < 300; ++round) {
    const spec::Seccomp profile = random_profile(random, Kind::kSound);
    const Comparison found = compare(profile, Judge::kLibseccompToo, round);
    BOOST_TEST_CONTEXT("round " << round) {
      BOOST_TEST(found.with_plain_reading == "");
    }
    judged += found.judged ? 1 : 0;
    equal += found.judged && found.with_libseccomp.empty() ? 1 : 0;
  }
  BOOST_TEST(judged > 250U);
  BOOST_TEST(equal * 100 > judged * 94);
}

BOOST_AUTO_TEST_CASE(rules_that_libseccomp_gets_wrong_are_read_as_they_are_written) {
  std::mt19937 random(4);
  for (uint32_t round = 0; round < 200; ++round) {
    const spec::Seccomp profile = random_profile(random, Kind::kAny);
    BOOST_TEST_CONTEXT("round " << round) {
      BOOST_TEST(compare(profile, Judge::kPlainReading, round).with_plain_reading == "");
    }
  }
}

BOOST_AUTO_TEST_CASE(every_bound_on_an_argument_counts) {
  // libseccomp 2.5 loses the second rule if both values have the same high half.
  const auto less = [](uint64_t value) {
    return allow("personality", {{0, value, 0, spec::SeccompOperator::kLess}});
  };
  const spec::Seccomp profile = denying({less(2), less(0x100000005)});
  BOOST_TEST(answer(profile, call(AUDIT_ARCH_X86_64, kPersonality, 0xffffffff)) ==
             uint32_t{SECCOMP_RET_ALLOW});
  BOOST_TEST(answer(profile, call(AUDIT_ARCH_X86_64, kPersonality, 0x100000005)) == kDenied);
}

BOOST_AUTO_TEST_CASE(of_rules_that_contradict_each_other_the_one_for_a_value_wins) {
  spec::SeccompSyscall trap = allow("personality", {{0, 5, 0, spec::SeccompOperator::kEqual}});
  trap.action = spec::SeccompAction::kTrap;
  const spec::SeccompSyscall below =
      allow("personality", {{0, 10, 0, spec::SeccompOperator::kLess}});
  for (const auto& rules : {std::vector{trap, below}, std::vector{below, trap}}) {
    BOOST_TEST(answer(denying(rules), call(AUDIT_ARCH_X86_64, kPersonality, 5)) ==
               uint32_t{SECCOMP_RET_TRAP});
    BOOST_TEST(answer(denying(rules), call(AUDIT_ARCH_X86_64, kPersonality, 6)) ==
               uint32_t{SECCOMP_RET_ALLOW});
  }
}

BOOST_AUTO_TEST_CASE(a_call_newer_than_the_profile_gets_enosys_and_one_it_skips_its_default) {
  spec::Seccomp profile = denying({allow("read"), allow("clone3")});
  BOOST_TEST(answer(profile, call(AUDIT_ARCH_X86_64, 434)) == kDenied);
  BOOST_TEST(answer(profile, call(AUDIT_ARCH_X86_64, 435)) == uint32_t{SECCOMP_RET_ALLOW});
  for (const uint32_t number : {436U, 451U, 600U}) {
    BOOST_TEST(answer(profile, call(AUDIT_ARCH_X86_64, number)) == kNosys);
  }
  profile.default_action = spec::SeccompAction::kKillProcess;
  BOOST_TEST(answer(profile, call(AUDIT_ARCH_X86_64, 451)) == kNosys);
}

// i386 has semop(2) only behind ipc(2), number 117. So that is the newest call in the profile.
BOOST_AUTO_TEST_CASE(a_call_behind_another_counts_as_that_one) {
  spec::Seccomp profile = denying({allow("read"), allow("semop")});
  profile.architectures = {"SCMP_ARCH_X86"};
  BOOST_TEST(answer(profile, call(AUDIT_ARCH_I386, 117, 1)) == SECCOMP_RET_ALLOW);
  BOOST_TEST(answer(profile, call(AUDIT_ARCH_I386, 117, 2)) == kDenied);
  BOOST_TEST(answer(profile, call(AUDIT_ARCH_I386, 76)) == kDenied);
  BOOST_TEST(answer(profile, call(AUDIT_ARCH_I386, 118)) == kNosys);
}

BOOST_AUTO_TEST_CASE(a_default_that_lets_calls_through_does_so_for_new_calls) {
  for (const auto& [action, value] :
       {std::pair{spec::SeccompAction::kAllow, uint32_t{SECCOMP_RET_ALLOW}},
        std::pair{spec::SeccompAction::kLog, uint32_t{SECCOMP_RET_LOG}},
        std::pair{spec::SeccompAction::kTrace, uint32_t{SECCOMP_RET_TRACE | EPERM}}}) {
    spec::Seccomp profile = denying({allow("read")});
    profile.default_action = action;
    profile.syscalls[0].action = spec::SeccompAction::kTrap;
    BOOST_TEST(answer(profile, call(AUDIT_ARCH_X86_64, 600)) == value);
  }
}

BOOST_AUTO_TEST_CASE(x32_calls_kill_unless_x32_is_listed) {
  spec::Seccomp profile = denying({allow("read"), allow("clone3")});
  const seccomp_data read = call(AUDIT_ARCH_X86_64, 0x40000000 | kRead);
  BOOST_TEST(answer(profile, read) == uint32_t{SECCOMP_RET_KILL_THREAD});
  profile.architectures = {"SCMP_ARCH_X32"};
  BOOST_TEST(answer(profile, read) == uint32_t{SECCOMP_RET_ALLOW});
  BOOST_TEST(answer(profile, call(AUDIT_ARCH_X86_64, 0x40000000 | 600)) == kNosys);
}

BOOST_AUTO_TEST_CASE(a_call_can_be_sent_to_an_agent) {
  spec::Seccomp profile = denying({allow("read"), allow("clone3")});
  profile.syscalls[0].action = spec::SeccompAction::kNotify;
  BOOST_TEST(answer(profile, call(AUDIT_ARCH_X86_64, kRead)) == uint32_t{SECCOMP_RET_USER_NOTIF});
}

BOOST_AUTO_TEST_CASE(an_unknown_name_is_a_warning_and_changes_nothing) {
  const spec::Seccomp profile = denying({allow("read"), allow("no_such_call")});
  const std::vector<std::string> expected = {
      "linux.seccomp.syscalls[1].names[0]: unknown system call 'no_such_call'"};
  BOOST_TEST(compile(profile, Warnings::kCollect).value().warnings == expected,
             boost::test_tools::per_element());
  BOOST_TEST(compile(profile, Warnings::kSkip).value().warnings.empty());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_applied_exactly_is_an_error_with_its_path) {
  const auto message = [](const spec::Seccomp& profile) {
    const auto program = compile(profile, Warnings::kSkip);
    return program ? std::string() : program.error().message();
  };
  spec::Seccomp large = denying({});
  large.default_errno_ret = 4096;
  BOOST_TEST(message(large) == "linux.seccomp.defaultAction: 4096 is no errno, at most 4095");
  BOOST_TEST(message(denying({allow("read", {{6, 0, 0, spec::SeccompOperator::kEqual}})})) ==
             "linux.seccomp.syscalls[0].args[0].index: at most 5, a call has 6 arguments");
}

// More conditions than a filter has instructions are refused before sorting, which takes quadratic
// time.
BOOST_AUTO_TEST_CASE(more_conditions_than_fit_are_refused_at_once) {
  std::vector<spec::SeccompArg> args;
  for (uint64_t i = 0; i < 200'000; ++i)
    args.push_back({0, i, 0, spec::SeccompOperator::kEqual});
  spec::Seccomp profile = denying({allow("personality", args)});
  const auto refused = compile(profile, Warnings::kSkip);
  BOOST_REQUIRE(!refused);
  BOOST_TEST(refused.error().message() ==
             "linux.seccomp: too large, at least 200000 instructions where the kernel takes 4096");
  // A later rule without conditions replaces them.
  profile.syscalls.push_back(allow("personality"));
  BOOST_TEST(static_cast<bool>(compile(profile, Warnings::kSkip)));
}

// `count` rules on one argument. None of them matches a value below 1 << 32.
spec::Seccomp with_conditions(size_t count) {
  spec::Seccomp profile = denying({allow("read")});
  for (size_t i = 0; i < count; ++i) {
    profile.syscalls.push_back(allow(
        "personality", {{i % 2 == 0 ? 0U : 1U, i << 32 | i, 0, spec::SeccompOperator::kGreater}}));
  }
  return profile;
}

BOOST_AUTO_TEST_CASE(jumps_reach_over_more_instructions_than_fit_into_one) {
  const spec::Seccomp profile = with_conditions(500);
  BOOST_TEST(filter_of(profile).size() > 2000U);
  BOOST_TEST(answer(profile, call(AUDIT_ARCH_X86_64, kRead)) == uint32_t{SECCOMP_RET_ALLOW});
  BOOST_TEST(answer(profile, call(AUDIT_ARCH_X86_64, kPersonality)) == kDenied);
  BOOST_TEST(answer(profile, call(AUDIT_ARCH_X86_64, kPersonality, 1)) ==
             uint32_t{SECCOMP_RET_ALLOW});
}

BOOST_AUTO_TEST_CASE(a_profile_too_large_for_the_kernel_is_refused) {
  const auto program = compile(with_conditions(1500), Warnings::kSkip);
  BOOST_REQUIRE(!program);
  BOOST_TEST((program.error().kind() == ErrorKind::kUnsupported));
  BOOST_TEST(program.error().message().starts_with("linux.seccomp: too large"));
}

BOOST_AUTO_TEST_CASE(an_architecture_of_other_machines_is_a_warning) {
  spec::Seccomp profile = denying({allow("read")});
  const auto filter = filter_of(profile);
  profile.architectures = {"SCMP_ARCH_PPC64LE"};
  const auto program = compile(profile, Warnings::kCollect).value();
  BOOST_TEST(program.filter.size() == filter.size());
  const std::vector<std::string> expected = {
      "linux.seccomp.architectures[0]: SCMP_ARCH_PPC64LE never runs on this machine"};
  BOOST_TEST(program.warnings == expected, boost::test_tools::per_element());
}

// Runs a call in a child under the filter. Returns its errno, 0 on success, 255 if the filter did
// not load.
int errno_under(const std::vector<sock_filter>& filter, long number, long argument) {
  const pid_t child = fork();
  if (child == 0) {
    auto copy = filter;
    sock_fprog program{static_cast<unsigned short>(copy.size()), copy.data()};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0) {
      _exit(255);
    }
    _exit(syscall(number, argument, 0, 0, 0, 0, 0) < 0 ? errno : 0);
  }
  int status = 0;
  BOOST_REQUIRE(waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

BOOST_AUTO_TEST_CASE(the_kernel_loads_the_filter_and_obeys_it) {
  spec::Seccomp profile = podman();
  profile.default_errno_ret = EPERM;
  const auto filter = filter_of(profile);
  BOOST_TEST(errno_under(filter, SYS_getpid, 0) == 0);
  BOOST_TEST(errno_under(filter, SYS_personality, 8) == 0);
  BOOST_TEST(errno_under(filter, SYS_personality, 0x40000) == EPERM);
  BOOST_TEST(errno_under(filter, SYS_acct, 0) == EPERM);
  BOOST_TEST(errno_under(filter, 1000, 0) == ENOSYS);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::seccomp
