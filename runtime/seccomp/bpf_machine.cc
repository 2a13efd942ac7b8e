#include "runtime/seccomp/bpf_machine.h"

#include <linux/bpf_common.h>

#include <cstring>

namespace oci::seccomp {
namespace {

constexpr uint16_t kLoad = BPF_LD | BPF_W | BPF_ABS;
constexpr uint16_t kReturn = BPF_RET | BPF_K;
constexpr uint16_t kAnd = BPF_ALU | BPF_AND | BPF_K;
constexpr uint16_t kJump = BPF_JMP | BPF_JA;

bool is_branch(uint16_t code) {
  switch (code) {
    case BPF_JMP | BPF_JEQ | BPF_K:
    case BPF_JMP | BPF_JGT | BPF_K:
    case BPF_JMP | BPF_JGE | BPF_K:
    case BPF_JMP | BPF_JSET | BPF_K:
      return true;
    default:
      return false;
  }
}

bool taken(uint16_t code, uint32_t accumulator, uint32_t k) {
  switch (BPF_OP(code)) {
    case BPF_JEQ:
      return accumulator == k;
    case BPF_JGT:
      return accumulator > k;
    case BPF_JGE:
      return accumulator >= k;
    default:
      return (accumulator & k) != 0;
  }
}

// `left`: instructions after this one.
bool is_sound(const sock_filter& one, size_t left) {
  if (is_branch(one.code)) return one.jt < left && one.jf < left;
  switch (one.code) {
    case kLoad:
      return one.k % 4 == 0 && one.k < sizeof(seccomp_data);
    case kJump:
      return one.k < left;
    case kReturn:
    case kAnd:
      return true;
    default:
      return false;
  }
}

}  // namespace

bool is_loadable(std::span<const sock_filter> filter) {
  if (filter.empty() || filter.size() > BPF_MAXINSNS) return false;
  for (size_t i = 0; i < filter.size(); ++i) {
    if (!is_sound(filter[i], filter.size() - i - 1)) return false;
  }
  return filter.back().code == kReturn;
}

Verdict run(std::span<const sock_filter> filter, const seccomp_data& data, uint64_t known) {
  uint32_t accumulator = 0;
  size_t steps = 0;
  for (size_t at = 0;; ++at) {
    const sock_filter& one = filter[at];
    ++steps;
    switch (one.code) {
      case kReturn:
        return {.action = one.k, .steps = steps};
      case kLoad:
        if ((known >> one.k / 4 & 1) == 0) return {.steps = steps, .guessed = true};
        std::memcpy(&accumulator, reinterpret_cast<const char*>(&data) + one.k, sizeof accumulator);
        break;
      case kAnd:
        accumulator &= one.k;
        break;
      case kJump:
        at += one.k;
        break;
      default:
        at += taken(one.code, accumulator, one.k) ? one.jt : one.jf;
    }
  }
}

}  // namespace oci::seccomp
