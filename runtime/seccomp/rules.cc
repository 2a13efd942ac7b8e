#include "runtime/seccomp/rules.h"

#include <linux/bpf_common.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <cerrno>
#include <optional>

namespace oci::seccomp {
namespace {

using Action = spec::SeccompAction;
using Operator = spec::SeccompOperator;

constexpr uint32_t kMaxErrno = 4095;  // MAX_ERRNO: the kernel clamps larger values
constexpr uint32_t kMaxData = SECCOMP_RET_DATA;
constexpr uint64_t kLowWord = 0xffffffff;
constexpr uint64_t kNoMask = ~uint64_t{0};

constexpr int kSocketcall = 102;  // i386
constexpr int kIpc = 117;

// The multiplexing call for Row::multiplexed.
int multiplexer(uint32_t behind) {
  return behind < 200 ? kSocketcall : kIpc;
}

Condition condition(const spec::SeccompArg& arg) {
  const auto argument = static_cast<uint8_t>(arg.index);
  const auto plain = [&](Compare compare) {
    return Condition{argument, compare, kNoMask, arg.value};
  };
  switch (arg.op) {
    case Operator::kNotEqual:
      return plain(Compare::kNotEqual);
    case Operator::kLess:
      return plain(Compare::kLess);
    case Operator::kLessEqual:
      return plain(Compare::kLessEqual);
    case Operator::kEqual:
      return plain(Compare::kEqual);
    case Operator::kGreaterEqual:
      return plain(Compare::kGreaterEqual);
    case Operator::kGreater:
      return plain(Compare::kGreater);
    case Operator::kMaskedEqual:
      break;
  }
  return {argument, Compare::kEqual, arg.value, arg.value_two & arg.value};
}

// Two conditions on one argument are alternatives, and then so are all conditions of the rule: runc
// and crun read config-linux.md#seccomp like that.
bool are_alternatives(const std::vector<spec::SeccompArg>& args) {
  uint32_t seen = 0;
  for (const spec::SeccompArg& arg : args) {
    if ((seen & 1U << arg.index) != 0) return true;
    seen |= 1U << arg.index;
  }
  return false;
}

void add_rules(const spec::SeccompSyscall& syscall, uint32_t action, std::vector<Rule>& rules) {
  const bool alternatives = are_alternatives(syscall.args);
  rules.push_back({.action = action, .conditions = {}});
  for (const spec::SeccompArg& arg : syscall.args) {
    if (alternatives && rules.back().count > 0) {
      rules.push_back({.action = action, .conditions = {}});
    }
    Rule& rule = rules.back();
    rule.conditions[rule.count++] = condition(arg);
  }
  std::ranges::sort(rules.back().conditions.begin(),
                    rules.back().conditions.begin() + rules.back().count, {}, &Condition::argument);
}

std::string path_of(size_t index, std::string_view property) {
  return cat("linux.seccomp.syscalls[", index, "].", property);
}

Status check_indexes(const spec::SeccompSyscall& syscall, size_t index) {
  for (size_t i = 0; i < syscall.args.size(); ++i) {
    if (syscall.args[i].index < kArguments) continue;
    return Error(ErrorKind::kInvalidConfig, Property{cat(path_of(index, "args["), i, "].index")},
                 "at most 5, a call has 6 arguments");
  }
  return {};
}

// The rule for one ABI: 32-bit ABIs compare the low halves, as libseccomp does, so that (int)-1
// written as 0xffffffffffffffff means the same everywhere.
Rule bind(const Rule& rule, const Abi& abi) {
  Rule bound{.action = rule.action, .conditions = {}};
  for (Condition one : rule.all()) {
    if (!abi.wide) {
      one.mask &= kLowWord;
      one.value &= kLowWord;
      if (one.mask == kLowWord) one.mask = kNoMask;
    }
    if (one.compare == Compare::kEqual && one.mask == 0) continue;  // always true
    bound.conditions[bound.count++] = one;
  }
  return bound;
}

// libseccomp replaces a condition on argument 0 by the number of the call and keeps the others,
// although the call's own arguments are behind a pointer then.
Rule multiplex(const Rule& rule, uint32_t call) {
  const Condition number{0, Compare::kEqual, kNoMask, call};
  Rule made{.action = rule.action, .conditions = {}};
  made.conditions[made.count++] = number;
  for (const Condition& one : rule.all()) {
    if (one.argument != 0) made.conditions[made.count++] = one;
  }
  return made;
}

enum Rank { kValues, kUpperBounds, kLowerBounds };

Rank rank(Compare compare) {
  switch (compare) {
    case Compare::kEqual:
    case Compare::kNotEqual:
      return kValues;
    case Compare::kLess:
    case Compare::kLessEqual:
      return kUpperBounds;
    default:
      return kLowerBounds;
  }
}

// The order in which libseccomp tries the rules of a call, independent of the profile's order: the
// first conditions that differ decide. It matters only for rules that contradict each other.
bool precedes(const Rule& a, const Rule& b) {
  for (size_t i = 0; i < std::min(a.count, b.count); ++i) {
    const Condition& x = a.conditions[i];
    const Condition& y = b.conditions[i];
    if (x == y) continue;
    if (x.argument != y.argument) return x.argument > y.argument;
    if (rank(x.compare) != rank(y.compare)) return rank(x.compare) < rank(y.compare);
    return rank(x.compare) == kUpperBounds ? x.value < y.value : x.value > y.value;
  }
  return false;
}

// Inserts each rule before the first one that it precedes. std::sort would be wrong, because
// precedes() is no strict weak ordering: two rules that differ may both be equivalent to a third.
void put_in_order(std::vector<Rule>& rules) {
  std::vector<uint32_t> order;
  order.reserve(rules.size());
  for (uint32_t next = 0; next < rules.size(); ++next) {
    const auto later = std::ranges::find_if(
        order, [&](uint32_t other) { return precedes(rules[next], rules[other]); });
    order.insert(later, next);
  }
  std::vector<Rule> ordered;
  ordered.reserve(rules.size());
  for (const uint32_t at : order)
    ordered.push_back(rules[at]);
  rules = std::move(ordered);
}

// Collects the rules of the calls of an ABI, indexed by number.
class Table {
 public:
  explicit Table(const Abi& abi) : abi_(abi), slots_{} { out_.calls.reserve(kSlotCount / 2); }

  // Adds a rule without conditions.
  void decide(int number, uint32_t action) {
    Call& call = at(number);
    if (taken_ && call.rules.empty()) return;
    call.rules.clear();
    call.action = action;
  }

  void add(int number, const Rule& rule) {
    if (rule.count == 0) return decide(number, rule.action);
    Call& call = at(number);
    if (taken_ && call.rules.empty()) return;
    call.rules.push_back(rule);
  }

  // Each rule takes at least one instruction, so this bounds the number of rules to sort.
  AbiRules finish() && {
    size_t rules = 0;
    for (const Call& call : out_.calls)
      rules += call.rules.size();
    if (rules > BPF_MAXINSNS) {
      out_.excess = rules;
      return std::move(out_);
    }
    for (Call& call : out_.calls)
      put_in_order(call.rules);
    std::ranges::sort(out_.calls, {}, &Call::number);
    return std::move(out_);
  }

 private:
  static constexpr size_t kSlotCount = kPlainNumbers + kPrivateNumbers;

  // Sets taken_ to whether the call had a rule before.
  Call& at(int number) {
    const auto plain = static_cast<uint32_t>(number);
    uint16_t& slot = slots_[plain < kPlainNumbers ? plain : plain - kPrivateBase + kPlainNumbers];
    taken_ = slot != 0;
    if (!taken_) {
      out_.calls.push_back({.number = plain | abi_.number_bit, .rules = {}});
      slot = static_cast<uint16_t>(out_.calls.size());
    }
    return out_.calls[slot - 1U];
  }

  const Abi& abi_;
  bool taken_ = false;
  AbiRules out_;
  std::array<uint16_t, kSlotCount> slots_;  // index in out_.calls + 1
};

}  // namespace

Result<uint32_t> action_value(Action action, const std::optional<uint32_t>& errno_ret,
                              std::string_view path) {
  const uint32_t data = errno_ret.value_or(EPERM);
  switch (action) {
    case Action::kKill:
    case Action::kKillThread:
      return uint32_t{SECCOMP_RET_KILL_THREAD};
    case Action::kKillProcess:
      return uint32_t{SECCOMP_RET_KILL_PROCESS};
    case Action::kTrap:
      return uint32_t{SECCOMP_RET_TRAP};
    case Action::kErrno:
      if (data > kMaxErrno) break;
      return SECCOMP_RET_ERRNO | data;
    case Action::kTrace:
      if (data > kMaxData) break;
      return SECCOMP_RET_TRACE | data;
    case Action::kAllow:
      return uint32_t{SECCOMP_RET_ALLOW};
    case Action::kLog:
      return uint32_t{SECCOMP_RET_LOG};
    case Action::kNotify:
      return uint32_t{SECCOMP_RET_USER_NOTIF};
  }
  return Error(
      ErrorKind::kInvalidConfig, Property{std::string(path)},
      cat(data, " is no errno, at most ", action == Action::kErrno ? kMaxErrno : kMaxData));
}

Result<Rules> read_rules(const spec::Seccomp& profile, Warnings wanted,
                         std::vector<std::string>& warnings) {
  Rules out;
  out.default_action = OCI_TRY(action_value(profile.default_action, profile.default_errno_ret,
                                            "linux.seccomp.defaultAction"));
  for (size_t i = 0; i < profile.syscalls.size(); ++i) {
    const spec::SeccompSyscall& syscall = profile.syscalls[i];
    const uint32_t action =
        OCI_TRY(action_value(syscall.action, syscall.errno_ret, path_of(i, "action")));
    OCI_TRY(check_indexes(syscall, i));
    const size_t first = out.rules.size();
    if (action != out.default_action) add_rules(syscall, action, out.rules);
    for (size_t n = 0; n < syscall.names.size(); ++n) {
      const Row* row = find_name(syscall.names[n]);
      if (row == nullptr) {
        if (wanted == Warnings::kCollect) {
          warnings.push_back(
              cat(path_of(i, "names["), n, "]: unknown system call '", syscall.names[n], "'"));
        }
        continue;
      }
      out.named.push_back(row);
      for (size_t rule = first; rule < out.rules.size(); ++rule) {
        out.entries.push_back({row, static_cast<uint32_t>(rule)});
      }
    }
  }
  return out;
}

AbiRules abi_rules(const Rules& rules, const Abi& abi) {
  Table table(abi);
  for (const Entry& entry : rules.entries) {
    const Rule& rule = rules.rules[entry.rule];
    const uint32_t behind = abi.multiplexed ? entry.name->multiplexed : 0;
    if (behind != 0) {
      table.add(multiplexer(behind), multiplex(bind(rule, abi), behind % 100));
    }
    const int number = number_of(*entry.name, abi);
    if (number == kNoNumber) continue;
    if (rule.count == 0) {
      table.decide(number, rule.action);
    } else {
      table.add(number, bind(rule, abi));
    }
  }
  AbiRules out = std::move(table).finish();
  for (const Row* row : rules.named) {
    out.newest = std::max(out.newest, number_of(*row, abi));
    // A profile that names semop(2) also names ipc(2), possibly as its newest call.
    if (abi.multiplexed && row->multiplexed != 0) {
      out.newest = std::max(out.newest, multiplexer(row->multiplexed));
    }
  }
  return out;
}

}  // namespace oci::seccomp
