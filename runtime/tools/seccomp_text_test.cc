#include "runtime/tools/seccomp_text.h"

#include <algorithm>

#include "spec/load_config.h"
#include "third_party/boost_test.h"

namespace oci::tools {
namespace {

// The first rule without conditions wins; the others have one on their argument.
spec::Seccomp profile() {
  const Result<spec::Config> config = spec::load_config(R"({"ociVersion": "1.0.0",
      "root": {"path": "r"}, "linux": {"seccomp": {
      "defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
      "syscalls": [
        {"names": ["read", "write"], "action": "SCMP_ACT_ALLOW"},
        {"names": ["socket"], "action": "SCMP_ACT_ALLOW",
         "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]},
        {"names": ["socket"], "action": "SCMP_ACT_KILL_PROCESS",
         "args": [{"index": 0, "value": 40, "op": "SCMP_CMP_EQ"}]}]}}})",
                                                        "p");
  BOOST_REQUIRE(bool(config));
  return *config.value().linux->seccomp;
}

std::string explained(std::string_view call, std::vector<std::optional<uint64_t>> arguments = {}) {
  const spec::Seccomp seccomp = profile();
  const auto program = seccomp::compile(seccomp, seccomp::Warnings::kSkip);
  const auto all = explain_call(seccomp, program.value().filter, call, arguments);
  return all ? decisions_text(call, {all.value().data(), 1}) : all.error().message();
}

#if defined(__x86_64__)
BOOST_AUTO_TEST_CASE(the_rule_that_decides_is_named) {
  BOOST_TEST(explained("read") ==
             "read on x86_64 (0): SCMP_ACT_ALLOW, by linux.seccomp.syscalls[0]\n");
  BOOST_TEST(explained("open") ==
             "open on x86_64 (2): SCMP_ACT_ERRNO (errno 1), by linux.seccomp.defaultAction\n");
  BOOST_TEST(explained("mount") ==
             "mount on x86_64 (165): SCMP_ACT_ERRNO (errno 38), by ENOSYS for calls newer than the "
             "profile\n");
  BOOST_TEST(explained("no_such_call").starts_with("SYSCALL: no architecture has a call"));
}

BOOST_AUTO_TEST_CASE(arguments_decide) {
  const std::string rules =
      "  linux.seccomp.syscalls[1]: SCMP_ACT_ALLOW if arg0 == 0x1\n"
      "  linux.seccomp.syscalls[2]: SCMP_ACT_KILL_PROCESS if arg0 == 0x28\n";
  BOOST_TEST(explained("socket") ==
             cat("socket on x86_64 (41): depends on its arguments\n", rules));
  BOOST_TEST(explained("socket", {1}) ==
             cat("socket on x86_64 (41): SCMP_ACT_ALLOW, by linux.seccomp.syscalls[1]\n", rules));
  BOOST_TEST(
      explained("socket", {40}) ==
      cat("socket on x86_64 (41): SCMP_ACT_KILL_PROCESS, by linux.seccomp.syscalls[2]\n", rules));
  BOOST_TEST(explained("socket", {2}) == cat("socket on x86_64 (41): SCMP_ACT_ERRNO (errno 1), by "
                                             "linux.seccomp.defaultAction\n",
                                             rules));
}
#endif

// Each instruction has its line, and each jump leads to one.
BOOST_AUTO_TEST_CASE(the_program_is_read) {
  const spec::Seccomp seccomp = profile();
  const auto program = seccomp::compile(seccomp, seccomp::Warnings::kSkip).value();
  const std::string text = program_text(program.filter);
  BOOST_TEST(std::ranges::count(text, '\n') == static_cast<ptrdiff_t>(program.filter.size()));
  BOOST_TEST(text.starts_with("l0:\tld [4]\n"));
  BOOST_TEST(text.find("; SCMP_ACT_KILL_PROCESS") != std::string::npos);
  BOOST_TEST(text.find(cat("l", program.filter.size() - 1, ":")) != std::string::npos);
  BOOST_TEST(
      profile_text(seccomp, program).starts_with("default action  SCMP_ACT_ERRNO (errno 1)\n"));
}

}  // namespace
}  // namespace oci::tools
