// linux.seccomp → BPF, checked against a simple interpreter of the profile.
//
// An input that begins with '{' is a config.json with a profile. In any other input, the bytes
// choose the profile.
#include <random>

#include "conformance/product/fuzz/target.h"
#include "runtime/seccomp/bpf_machine.h"
#include "runtime/seccomp/compile.h"
#include "runtime/seccomp/testing/plain_reading.h"
#include "runtime/seccomp/testing/profiles.h"
#include "spec/load_config.h"
#include "third_party/libseccomp.h"

namespace oci::fuzz {
namespace {

using spec::SeccompAction;
using spec::SeccompOperator;

// All kinds: plain, behind socketcall and ipc, of one ABI alone, with arm's own numbers, unknown.
// Seeds refer to an entry by its index, so append new ones at the end.
constexpr const char* kNames[] = {"read",
                                  "openat",
                                  "clone",
                                  "clone3",
                                  "personality",
                                  "socket",
                                  "recv",
                                  "accept4",
                                  "socketcall",
                                  "ipc",
                                  "semop",
                                  "shmat",
                                  "mmap2",
                                  "fcntl64",
                                  "arch_prctl",
                                  "set_tls",
                                  "breakpoint",
                                  "futex_time64",
                                  "landlock_add_rule",
                                  "no_such_call",
                                  "rt_sigreturn",
                                  "restart_syscall"};

struct Action {
  SeccompAction action{};
  std::optional<uint32_t> errno_ret;
};

Action action(Input& input) {
  constexpr SeccompAction kAll[] = {SeccompAction::kAllow,      SeccompAction::kErrno,
                                    SeccompAction::kErrno,      SeccompAction::kKillProcess,
                                    SeccompAction::kTrap,       SeccompAction::kLog,
                                    SeccompAction::kKillThread, SeccompAction::kTrace};
  const size_t choice = input.below(8);
  return {kAll[choice], choice == 1 ? std::optional<uint32_t>(input.byte()) : std::nullopt};
}

spec::Seccomp profile_of_bytes(Input& input) {
  constexpr const char* kArchitectures[] = {"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32",
                                            "SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"};
  spec::Seccomp out;
  const uint8_t architectures = input.byte();
  for (size_t i = 0; i < std::size(kArchitectures); ++i)
    if ((architectures >> i & 1) != 0) out.architectures.emplace_back(kArchitectures[i]);
  const Action otherwise = action(input);
  out.default_action = otherwise.action;
  out.default_errno_ret = otherwise.errno_ret;
  out.syscalls.resize(input.below(16));
  for (spec::SeccompSyscall& rule : out.syscalls) {
    const Action what = action(input);
    rule.action = what.action;
    rule.errno_ret = what.errno_ret;
    for (size_t names = 1 + input.below(3); names > 0; --names)
      rule.names.emplace_back(input.one_of(kNames));
    rule.args.resize(input.below(5));
    for (spec::SeccompArg& arg : rule.args) {
      arg.index = static_cast<uint32_t>(input.below(6));
      arg.value = input.number();
      arg.op = static_cast<SeccompOperator>(input.below(7));
      if (arg.op == SeccompOperator::kMaskedEqual) arg.value_two = input.number();
    }
  }
  return out;
}

std::optional<spec::Seccomp> profile_of(Input& input) {
  const std::string_view text = input.rest();
  Input bytes(reinterpret_cast<const uint8_t*>(text.data()), text.size());
  if (!text.starts_with('{')) return profile_of_bytes(bytes);
  auto config = spec::load_config(text, "config.json");
  if (!config || !config.value().linux || !config.value().linux->seccomp) return {};
  // The interpreter covers filters without a listener, since libseccomp 2.4 has none.
  if (spec::notifies(*config.value().linux->seccomp)) return {};
  return std::move(config.value().linux->seccomp);
}

void check(const spec::Seccomp& profile, const std::vector<sock_filter>& filter) {
  const seccomp::PlainReading plain(profile);
  std::mt19937 random(1);
  auto calls = seccomp::interesting_calls(profile, random);
  constexpr size_t kAsked = 600;
  std::shuffle(calls.begin(), calls.end(), random);
  calls.resize(std::min(calls.size(), kAsked));
  for (const seccomp_data& call : calls) {
    const uint32_t verdict = seccomp::run(filter, call).action;
    const uint32_t wanted = plain.is_newer(call) ? SCMP_ACT_ERRNO(ENOSYS) : plain.action(call);
    demand(verdict == wanted, "a filter decides as its profile does",
           cat("call ", call.nr, " of architecture ", call.arch, ": ", verdict, " instead of ",
               wanted));
  }
}

}  // namespace
}  // namespace oci::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace oci;
  fuzz::Input input(data, size);
  const auto profile = fuzz::profile_of(input);
  if (!profile) return 0;
  const auto program = seccomp::compile(*profile, seccomp::Warnings::kCollect);
  if (!program) {
    fuzz::demand(program.error().message().starts_with("linux.seccomp"),
                 "a refusal names the property", program.error().message());
    return 0;
  }
  fuzz::demand(seccomp::is_loadable(program.value().filter), "the kernel takes the filter");
  fuzz::check(*profile, program.value().filter);
  return 0;
}
