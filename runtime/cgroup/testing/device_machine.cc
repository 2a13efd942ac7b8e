#include "runtime/cgroup/testing/device_machine.h"

#include <array>
#include <cstring>
#include <string>
#include <utility>

namespace oci::cgroup {
namespace {

using spec::DeviceRule;
using spec::DeviceType;

std::optional<bool> jumps(uint8_t operation, uint32_t a, uint32_t b) {
  switch (operation) {
    case BPF_JEQ:
      return a == b;
    case BPF_JNE:
      return a != b;
    case BPF_JSET:
      return (a & b) != 0;
    default:
      return std::nullopt;
  }
}

template <class Field>
bool load(const bpf_cgroup_dev_ctx& context, const bpf_insn& one, uint32_t& to) {
  Field field = 0;
  if (one.off < 0 || static_cast<size_t>(one.off) + sizeof field > sizeof context) return false;
  std::memcpy(&field, reinterpret_cast<const char*>(&context) + one.off, sizeof field);
  to = field;
  return true;
}

bool names(const std::optional<int64_t>& wanted, uint32_t number) {
  return !wanted || *wanted == -1 || *wanted == int64_t{number};
}

}  // namespace

bpf_cgroup_dev_ctx device_use(DeviceType type, uint32_t major, uint32_t minor, uint32_t access) {
  const uint32_t kind = type == DeviceType::kChar ? BPF_DEVCG_DEV_CHAR : BPF_DEVCG_DEV_BLOCK;
  return {access << 16 | kind, major, minor};
}

std::optional<bool> run_device_program(std::span<const bpf_insn> program,
                                       const bpf_cgroup_dev_ctx& context) {
  std::array<uint32_t, 6> registers{};
  for (size_t at = 0; at < program.size(); ++at) {
    const bpf_insn& one = program[at];
    if (one.dst_reg >= registers.size() || (BPF_CLASS(one.code) != BPF_LDX && one.off < 0))
      return {};
    uint32_t& to = registers[one.dst_reg];
    switch (one.code) {
      case BPF_LDX | BPF_MEM | BPF_H:
        if (!load<uint16_t>(context, one, to)) return {};
        break;
      case BPF_LDX | BPF_MEM | BPF_W:
        if (!load<uint32_t>(context, one, to)) return {};
        break;
      case BPF_ALU | BPF_MOV | BPF_K:
        to = static_cast<uint32_t>(one.imm);
        break;
      case BPF_ALU | BPF_AND | BPF_K:
        to &= static_cast<uint32_t>(one.imm);
        break;
      case BPF_JMP | BPF_JA:
        at += static_cast<size_t>(one.off);
        break;
      case BPF_JMP | BPF_EXIT:
        return registers[0] != 0;
      default: {
        if (BPF_CLASS(one.code) != BPF_JMP32 || BPF_SRC(one.code) != BPF_K) return {};
        const auto taken = jumps(BPF_OP(one.code), to, static_cast<uint32_t>(one.imm));
        if (!taken) return {};
        if (*taken) at += static_cast<size_t>(one.off);
      }
    }
  }
  return std::nullopt;
}

bool plainly_allowed(std::span<const DeviceRule> rules, DeviceType type,
                     const bpf_cgroup_dev_ctx& context) {
  for (const auto& [bit, letter] :
       {std::pair{BPF_DEVCG_ACC_READ, 'r'}, std::pair{BPF_DEVCG_ACC_WRITE, 'w'},
        std::pair{BPF_DEVCG_ACC_MKNOD, 'm'}}) {
    if ((context.access_type >> 16 & static_cast<uint32_t>(bit)) == 0) continue;
    bool allowed = false;
    for (const DeviceRule& rule : rules) {
      const bool matches = (rule.type == DeviceType::kAll || rule.type == type) &&
                           names(rule.major, context.major) && names(rule.minor, context.minor) &&
                           rule.access.find(letter) != std::string::npos;
      if (matches) allowed = rule.allow;
    }
    if (!allowed) return false;
  }
  return true;
}

}  // namespace oci::cgroup
