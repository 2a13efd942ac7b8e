#include "runtime/seccomp/assembler.h"

#include <algorithm>
#include <limits>

namespace oci::seccomp {
namespace {

// A conditional jump has 8 bits for each distance. Minus two, because an intermediate jump for the
// other target may be inserted.
constexpr uint32_t kReach = 253;

}  // namespace

Label Assembler::write(sock_filter instruction) {
  reversed_.push_back(instruction);
  return static_cast<Label>(reversed_.size() - 1);
}

Label Assembler::write_return(uint32_t value) {
  const Label at = write(BPF_STMT(BPF_RET | BPF_K, value));
  const auto known = std::ranges::find(returns_, value, &Return::value);
  if (known == returns_.end()) {
    returns_.push_back({value, at});
  } else {
    known->at = at;
  }
  return at;
}

Label Assembler::ret(uint32_t value) {
  const auto known = std::ranges::find(returns_, value, &Return::value);
  if (known != returns_.end() && distance(known->at) <= kReach) return known->at;
  return write_return(value);
}

Label Assembler::near(Label target) {
  if (distance(target) <= kReach) return target;
  const sock_filter& there = reversed_[target];
  if (there.code == (BPF_RET | BPF_K)) return ret(there.k);
  return write(BPF_STMT(BPF_JMP | BPF_JA, distance(target)));
}

Label Assembler::load(uint32_t offset, uint32_t mask, Label next) {
  if (distance(next) != 0) write(BPF_STMT(BPF_JMP | BPF_JA, distance(next)));
  if (mask != std::numeric_limits<uint32_t>::max())
    write(BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask));
  return write(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset));
}

Label Assembler::branch(uint16_t operation, uint32_t operand, Label if_true, Label if_false) {
  if_true = near(if_true);
  if_false = near(if_false);
  const auto jump_true = static_cast<uint8_t>(distance(if_true));
  const auto jump_false = static_cast<uint8_t>(distance(if_false));
  const auto code = static_cast<uint16_t>(BPF_JMP | BPF_K | operation);
  return write(BPF_JUMP(code, operand, jump_true, jump_false));
}

Label Assembler::append(const std::vector<sock_filter>& program) {
  reversed_.insert(reversed_.end(), program.rbegin(), program.rend());
  return static_cast<Label>(reversed_.size() - 1);
}

std::vector<sock_filter> Assembler::finish(Label start) && {
  if (distance(start) != 0) write(BPF_STMT(BPF_JMP | BPF_JA, distance(start)));
  std::ranges::reverse(reversed_);
  return std::move(reversed_);
}

}  // namespace oci::seccomp
