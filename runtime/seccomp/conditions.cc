#include "runtime/seccomp/conditions.h"

#include <linux/seccomp.h>

#include <bit>
#include <cstddef>

namespace oci::seccomp {
namespace {

constexpr uint32_t kHalf = 4;  // bytes
constexpr bool kLittle = std::endian::native == std::endian::little;

constexpr uint32_t high(uint64_t value) {
  return static_cast<uint32_t>(value >> 32);
}
constexpr uint32_t low(uint64_t value) {
  return static_cast<uint32_t>(value);
}

struct Targets {
  Label holds = 0;
  Label fails = 0;
};

class Conditions {
 public:
  Conditions(Assembler& out, Width width) : out_(out), width_(width) {}

  Label emit(const Condition& one, Targets to) {
    switch (one.compare) {
      case Compare::kEqual:
        return equal(one, to);
      case Compare::kNotEqual:
        return equal(one, {to.fails, to.holds});
      case Compare::kGreater:
        return greater(one, BPF_JGT, to);
      case Compare::kGreaterEqual:
        return greater(one, BPF_JGE, to);
      case Compare::kLess:
        return greater(one, BPF_JGE, {to.fails, to.holds});
      case Compare::kLessEqual:
        return greater(one, BPF_JGT, {to.fails, to.holds});
    }
    return to.fails;
  }

  // The argument equals one of the values, which share their high half.
  Label one_of(std::span<const Rule> rules, Targets to) {
    const Condition& first = rules.front().conditions[0];
    Label next = to.fails;
    for (size_t i = rules.size(); i-- > 0;) {
      next = out_.branch(BPF_JEQ, low(rules[i].conditions[0].value), to.holds, next);
    }
    next = load_low(first, kAll, next);
    return width_ == Width::k32 ? next : equal_half(first, kHigh, {next, to.fails});
  }

 private:
  enum Half { kLow, kHigh };

  uint32_t offset(const Condition& one, Half half) const {
    const size_t argument = offsetof(seccomp_data, args) + one.argument * sizeof(uint64_t);
    return static_cast<uint32_t>(argument) + ((half == kHigh) == kLittle ? kHalf : 0);
  }

  Label load_low(const Condition& one, uint32_t mask, Label next) {
    return out_.load(offset(one, kLow), mask, next);
  }

  Label equal_half(const Condition& one, Half half, Targets to) {
    const uint32_t mask = half == kHigh ? high(one.mask) : low(one.mask);
    const uint32_t value = half == kHigh ? high(one.value) : low(one.value);
    if (mask == 0) return to.holds;
    if (value == 0 && mask != kAll) {
      return out_.load(offset(one, half), kAll, out_.branch(BPF_JSET, mask, to.fails, to.holds));
    }
    return out_.load(offset(one, half), mask, out_.branch(BPF_JEQ, value, to.holds, to.fails));
  }

  Label equal(const Condition& one, Targets to) {
    const Label lower = equal_half(one, kLow, to);
    return width_ == Width::k32 ? lower : equal_half(one, kHigh, {lower, to.fails});
  }

  Label greater(const Condition& one, uint16_t operation, Targets to) {
    const Label lower =
        load_low(one, kAll, out_.branch(operation, low(one.value), to.holds, to.fails));
    if (width_ == Width::k32) return lower;
    const uint32_t upper = high(one.value);
    // For 0, greater means not equal.
    Label check = out_.branch(BPF_JEQ, upper, lower, upper == 0 ? to.holds : to.fails);
    if (upper != 0) check = out_.branch(BPF_JGT, upper, to.holds, check);
    return out_.load(offset(one, kHigh), kAll, check);
  }

  Assembler& out_;
  Width width_;
};

// Rules with one condition each that differ only in the low half of the value.
bool are_alike(const Rule& a, const Rule& b) {
  const auto plain = [](const Rule& rule) {
    return rule.count == 1 && rule.conditions[0].compare == Compare::kEqual &&
           rule.conditions[0].mask == ~uint64_t{0};
  };
  return plain(a) && plain(b) && a.action == b.action &&
         a.conditions[0].argument == b.conditions[0].argument &&
         high(a.conditions[0].value) == high(b.conditions[0].value);
}

}  // namespace

Label emit_rules(Assembler& out, std::span<const Rule> rules, uint32_t otherwise, Width width) {
  Conditions conditions(out, width);
  Label next = out.ret(otherwise);
  for (size_t end = rules.size(); end > 0;) {
    size_t begin = end - 1;
    while (begin > 0 && are_alike(rules[begin - 1], rules[end - 1])) {
      --begin;
    }
    const Label holds = out.ret(rules[begin].action);
    if (end - begin > 1) {
      next = conditions.one_of(rules.subspan(begin, end - begin), {holds, next});
    } else {
      Label check = holds;
      for (size_t i = rules[begin].count; i-- > 0;) {
        check = conditions.emit(rules[begin].conditions[i], {check, next});
      }
      next = check;
    }
    end = begin;
  }
  return next;
}

}  // namespace oci::seccomp
