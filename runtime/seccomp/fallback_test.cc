#include "runtime/seccomp/fallback.h"

#include <linux/audit.h>
#include <linux/seccomp.h>

#include <cerrno>

#include "runtime/seccomp/bpf_machine.h"
#include "runtime/seccomp/testing/oracle.h"
#include "runtime/seccomp/testing/profiles.h"
#include "spec/testing.h"
#include "third_party/boost_test.h"
#include "third_party/libseccomp.h"

namespace oci::seccomp {
namespace {

constexpr uint32_t kNosys = SECCOMP_RET_ERRNO | ENOSYS;

spec::Seccomp profile_for(std::vector<std::string> architectures) {
  spec::Seccomp profile =
      load_profile(cat(testing::kSourceTree, "/runtime/seccomp/testdata/podman.json"));
  profile.default_errno_ret = EPERM;
  profile.architectures = std::move(architectures);
  return profile;
}

Rules rules_of(const spec::Seccomp& profile) {
  std::vector<std::string> warnings;
  return read_rules(profile, Warnings::kSkip, warnings).value();
}

seccomp_data call(uint32_t arch, uint32_t number) {
  seccomp_data data{};
  data.arch = arch;
  data.nr = static_cast<int>(number);
  return data;
}

BOOST_AUTO_TEST_SUITE(fallback)

BOOST_AUTO_TEST_CASE(the_stub_leaves_calls_that_the_profile_knows_to_libseccomp) {
  const spec::Seccomp profile =
      profile_for({"SCMP_ARCH_X86_64", "SCMP_ARCH_PPC64LE", "SCMP_ARCH_X32"});
  const Rules rules = rules_of(profile);
  const auto plain = libseccomp_filter(rules, profile.architectures).value();
  const auto filter = with_stub(plain, newest_calls(rules, profile.architectures));
  const auto oracle = oracle_filter(profile);
  BOOST_REQUIRE(oracle.has_value());
  BOOST_REQUIRE(is_loadable(filter));
  for (const uint32_t arch :
       {uint32_t{AUDIT_ARCH_X86_64}, uint32_t{AUDIT_ARCH_PPC64LE}, uint32_t{AUDIT_ARCH_I386}}) {
    for (uint32_t number = 0; number < 400; ++number) {
      const seccomp_data data = call(arch, number);
      BOOST_TEST(run(filter, data).action == run(*oracle, data).action);
    }
  }
  const auto action = [&](uint32_t arch, uint32_t number) {
    return run(filter, call(arch, number)).action;
  };
  BOOST_TEST(action(AUDIT_ARCH_X86_64, 700) == kNosys);
  BOOST_TEST(action(AUDIT_ARCH_PPC64LE, 700) == kNosys);
  BOOST_TEST(action(AUDIT_ARCH_X86_64, kX32Bit | 700) == kNosys);
  BOOST_TEST(action(AUDIT_ARCH_X86_64, kX32Bit) == uint32_t{SECCOMP_RET_ALLOW});
  BOOST_TEST(action(AUDIT_ARCH_I386, 700) == uint32_t{SECCOMP_RET_KILL_THREAD});
}

BOOST_AUTO_TEST_CASE(calls_that_s390_hides_behind_number_0_are_unknown_too) {
  const std::vector<sock_filter> allow = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const std::vector<NewestCall> newest = {{AUDIT_ARCH_S390X, 0, 400}};
  const auto filter = with_stub(allow, newest);
  BOOST_TEST(run(filter, call(AUDIT_ARCH_S390X, 0)).action == kNosys);
  BOOST_TEST(run(filter, call(AUDIT_ARCH_S390X, 1)).action == uint32_t{SECCOMP_RET_ALLOW});
  BOOST_TEST(run(filter, call(AUDIT_ARCH_S390X, 401)).action == kNosys);
}

BOOST_AUTO_TEST_CASE(what_libseccomp_refuses_is_an_error_that_says_what) {
  const auto message = [](const spec::Seccomp& profile) {
    const auto filter = libseccomp_filter(rules_of(profile), profile.architectures);
    return filter ? std::string() : filter.error().message();
  };
  const bool is_known = seccomp_arch_resolve_name("m68k") != 0;  // libseccomp 2.6
  BOOST_TEST(
      message(profile_for({"SCMP_ARCH_M68K"})) ==
      cat("linux.seccomp.architectures[0]: SCMP_ARCH_M68K ",
          is_known ? "has another byte order than this machine" : "is unknown to libseccomp"));
  BOOST_TEST(message(profile_for({"SCMP_ARCH_X86", "SCMP_ARCH_MIPS"})) ==
             "linux.seccomp.architectures[1]: SCMP_ARCH_MIPS has another byte order than this "
             "machine");
  spec::Seccomp twice = profile_for({});
  const spec::SeccompArg one{0, 1, 0, spec::SeccompOperator::kEqual};
  twice.syscalls = {{{"ioctl"}, spec::SeccompAction::kAllow, {}, {one}},
                    {{"ioctl"}, spec::SeccompAction::kTrap, {}, {one}}};
  BOOST_TEST(message(twice) ==
             "linux.seccomp.syscalls: rules for 'ioctl' contradict each other on the same "
             "arguments");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::seccomp
