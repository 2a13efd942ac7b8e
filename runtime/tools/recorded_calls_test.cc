#include "runtime/tools/recorded_calls.h"

#include <sys/syscall.h>

#include "spec/load_config.h"
#include "third_party/boost_test.h"

namespace oci::tools {
namespace {

constexpr uint32_t kNative = seccomp::kAbis[seccomp::kNativeAbi].audit;

seccomp_data call(int number, uint32_t architecture = kNative, uint64_t first = 0) {
  return {.nr = number, .arch = architecture, .instruction_pointer = 0, .args = {first}};
}

spec::Seccomp profile_of(const RecordedCalls& calls, const InitCalls& init = {}) {
  const Result<spec::Config> config = spec::load_config(
      cat(R"({"ociVersion": "1.0.0", "root": {"path": "r"}, "linux": {"seccomp": )",
          calls.profile(init), "}}"),
      "p");
  BOOST_REQUIRE(bool(config));
  return *config.value().linux->seccomp;
}

std::string names_of(const spec::Seccomp& profile) {
  BOOST_REQUIRE(profile.syscalls.size() == 1u);
  std::string text;
  for (const std::string& name : profile.syscalls[0].names)
    text += cat(text.empty() ? "" : " ", name);
  return text;
}

BOOST_AUTO_TEST_CASE(the_profile_has_each_call_once_in_order) {
  RecordedCalls calls;
  for (const int number : {SYS_write, SYS_getpid, SYS_write})
    calls.note(call(number));
  const spec::Seccomp profile = profile_of(calls);
  BOOST_TEST(names_of(profile) == "execve getpid restart_syscall rt_sigreturn write");
  BOOST_TEST((profile.default_action == spec::SeccompAction::kErrno));
  BOOST_TEST((profile.syscalls[0].action == spec::SeccompAction::kAllow));
  BOOST_TEST(profile.architectures.size() == 1u);
  BOOST_TEST(names_of(profile_of(calls, {.sets_capabilities = true})) ==
             "capset execve getpid prctl restart_syscall rt_sigreturn write");
}

BOOST_AUTO_TEST_CASE(a_call_without_a_name_is_told) {
  RecordedCalls calls;
  calls.note(call(-1));  // the kernel has no such call, so a profile need not have it
  BOOST_TEST(calls.unnamed().empty());
  calls.note(call(999));
  BOOST_TEST(calls.unnamed().size() == 1u);
  BOOST_TEST(calls.unnamed().begin()->starts_with("number 999 of "));
}

#if defined(__x86_64__)
BOOST_AUTO_TEST_CASE(calls_of_other_abis_are_named_by_their_own_numbers) {
  RecordedCalls calls;
  calls.note(call(4, AUDIT_ARCH_I386));
  calls.note(call(102, AUDIT_ARCH_I386, 1));        // socketcall(SYS_SOCKET)
  calls.note(call(117, AUDIT_ARCH_I386, 0x10017));  // ipc(SHMGET), version 1
  calls.note(call(static_cast<int>(seccomp::kX32Bit | 39)));
  const spec::Seccomp profile = profile_of(calls);
  BOOST_TEST(names_of(profile) ==
             "execve getpid restart_syscall rt_sigreturn shmget sigreturn socket write");
  BOOST_TEST((profile.architectures ==
              std::vector<std::string>{"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"}));
}
#endif

BOOST_AUTO_TEST_CASE(calls_of_init_are_left_out) {
  ProgramCalls program;
  BOOST_TEST(!program.has(7, call(SYS_prctl)));
  BOOST_TEST(!program.has(7, call(SYS_read)));
  BOOST_TEST(!program.has(8, call(SYS_dup3)));  // becomes a hook
  BOOST_TEST(program.has(8, call(SYS_execve)));
  BOOST_TEST(program.has(9, call(SYS_getpid)));  // a child of the hook
  BOOST_TEST(!program.has(7, call(SYS_fcntl)));
  BOOST_TEST(program.has(7, call(SYS_execve)));
  BOOST_TEST(program.has(7, call(SYS_fcntl)));
}

}  // namespace
}  // namespace oci::tools
