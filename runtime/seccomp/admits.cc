#include "runtime/seccomp/admits.h"

#include <linux/seccomp.h>

#include <algorithm>
#include <iterator>

#include "runtime/seccomp/abi.h"
#include "runtime/seccomp/bpf_machine.h"

namespace oci::seccomp {
namespace {

constexpr size_t kWordsBeforeArguments = offsetof(seccomp_data, args) / sizeof(uint32_t);
constexpr uint64_t kInstructionPointer = uint64_t{3}
                                         << offsetof(seccomp_data, instruction_pointer) / 4;

bool admits(std::span<const sock_filter> filter, const KnownCall& call, uint32_t architecture) {
  seccomp_data data = {};
  data.nr = call.number;
  data.arch = architecture;
  uint64_t known = kAllKnown & ~kInstructionPointer;
  for (size_t i = 0; i < std::size(call.arguments); ++i) {
    data.args[i] = call.arguments[i];
    if ((call.unknown >> i & 1) != 0) known &= ~(uint64_t{3} << (kWordsBeforeArguments + 2 * i));
  }
  const Verdict verdict = run(filter, data, known);
  const uint32_t action = verdict.action & SECCOMP_RET_ACTION_FULL;
  return !verdict.guessed && (action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG);
}

}  // namespace

bool admits(std::span<const sock_filter> filter, std::span<const KnownCall> calls) {
  if (!is_loadable(filter)) return false;
  const uint32_t architecture = kAbis[kNativeAbi].audit;
  return std::ranges::all_of(
      calls, [&](const KnownCall& call) { return admits(filter, call, architecture); });
}

}  // namespace oci::seccomp
