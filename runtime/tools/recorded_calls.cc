#include "runtime/tools/recorded_calls.h"

#include <sys/syscall.h>

#include <cctype>
#include <iterator>

#include "runtime/seccomp/names.h"
#include "spec/error.h"

namespace oci::tools {
namespace {

// The kernel lets a program make these after a signal, or after it was stopped or frozen, and both
// may happen at any time.
constexpr std::string_view kAfterSignals[] = {"restart_syscall", "rt_sigreturn"};

const seccomp::Abi* abi_of(const seccomp_data& call) {
  for (const seccomp::Abi& abi : seccomp::kAbis) {
    const bool is_x32 = call.arch == AUDIT_ARCH_X86_64 && call.nr > 0 &&
                        (static_cast<uint32_t>(call.nr) & seccomp::kX32Bit) != 0;
    if (abi.audit == call.arch && is_x32 == (abi.number_bit != 0)) return &abi;
  }
  return nullptr;
}

// The number of socketcall(2) or ipc(2) stands in the first argument: socketcall(2), ipc(2).
std::string_view name_of(const seccomp_data& call, const seccomp::Abi* abi) {
  const std::string_view name = seccomp::name_of_call(call.arch, call.nr);
  if (abi == nullptr || !abi->multiplexed || (name != "socketcall" && name != "ipc")) return name;
  const auto behind = static_cast<uint32_t>(call.args[0] & 0xffff);  // above it: ipc's version
  const std::string_view inner = seccomp::name_behind((name == "ipc" ? 200 : 100) + behind);
  return inner.empty() ? name : inner;
}

std::string architecture(const seccomp::Abi& abi) {
  std::string text = "SCMP_ARCH_";
  for (const char letter : abi.name)
    text.push_back(static_cast<char>(std::toupper(static_cast<unsigned char>(letter))));
  return text;
}

}  // namespace

void RecordedCalls::note(const seccomp_data& call) {
  const seccomp::Abi* const abi = abi_of(call);
  const std::string_view name = name_of(call, abi);
  if (!name.empty()) {
    abis_.insert(abi);
    names_.emplace(name);
  } else if (call.nr >= 0) {  // the kernel has no negative ones
    unnamed_.insert(cat("number ", call.nr, " of ", abi != nullptr ? abi->name : "another ABI"));
  }
}

std::string RecordedCalls::profile(const InitCalls& init) const {
  std::set<std::string, std::less<>> names = names_;
  names.insert(std::begin(kAfterSignals), std::end(kAfterSignals));
  names.emplace("execve");
  if (init.sets_capabilities) names.insert({"capset", "prctl"});
  std::string architectures;
  for (const seccomp::Abi& abi : seccomp::kAbis) {
    const bool is_native = &abi == &seccomp::kAbis[seccomp::kNativeAbi];
    if (!is_native && !abis_.contains(&abi)) continue;
    // 32-bit programs return from a handler without SA_SIGINFO by another call.
    if (!abi.wide) names.emplace("sigreturn");
    architectures += cat(architectures.empty() ? "" : ", ", "\"", architecture(abi), "\"");
  }
  std::string listed;
  for (const std::string& name : names)
    listed += cat(listed.empty() ? "" : ",\n", "                \"", name, "\"");
  return cat("{\n    \"defaultAction\": \"SCMP_ACT_ERRNO\",\n    \"architectures\": [",
             architectures, "],\n    \"syscalls\": [\n        {\n            \"names\": [\n",
             listed,
             "\n            ],\n            \"action\": \"SCMP_ACT_ALLOW\"\n        }\n    ]\n}\n");
}

bool ProgramCalls::has(pid_t pid, const seccomp_data& call) {
  if (!init_) init_ = pid;
  const bool of_init = pid == *init_;
  if (call.arch == seccomp::kAbis[seccomp::kNativeAbi].audit && call.nr == SYS_execve) {
    (of_init ? program_runs_ : hook_runs_) = true;
  }
  // A startContainer hook is executed by a child of init.
  return program_runs_ || (hook_runs_ && !of_init);
}

}  // namespace oci::tools
