// Writes a classic BPF program from its end to its start. seccomp's BPF has forward jumps only, so
// every target is already written, and its distance known, when a jump to it is written.
#pragma once

#include <linux/filter.h>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace oci::seccomp {

// A written instruction, as the number of instructions after it.
using Label = uint32_t;

constexpr uint32_t kAll = 0xffffffff;  // a mask

class Assembler {
 public:
  explicit Assembler(size_t expected) { reversed_.reserve(expected); }

  // `return value`. Reuses an earlier one in reach of a jump.
  Label ret(uint32_t value);

  // Loads 32 bits of struct seccomp_data at `offset`, masks them unless `mask` is all ones, and
  // continues at `next`.
  Label load(uint32_t offset, uint32_t mask, Label next);

  // BPF_JEQ, BPF_JGT, BPF_JGE or BPF_JSET of the accumulator and `operand`.
  Label branch(uint16_t operation, uint32_t operand, Label if_true, Label if_false);

  // A complete program made elsewhere.
  Label append(const std::vector<sock_filter>& program);

  size_t size() const { return reversed_.size(); }

  // Returns the program with its entry at `start`.
  std::vector<sock_filter> finish(Label start) &&;

 private:
  struct Return {
    uint32_t value = 0;
    Label at = 0;
  };

  Label write(sock_filter instruction);
  Label write_return(uint32_t value);
  uint32_t distance(Label target) const { return static_cast<uint32_t>(size()) - 1 - target; }
  Label near(Label target);

  std::vector<sock_filter> reversed_;
  std::vector<Return> returns_;  // the latest of each value
};

}  // namespace oci::seccomp
