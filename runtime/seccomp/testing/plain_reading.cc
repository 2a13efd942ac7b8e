#include "runtime/seccomp/testing/plain_reading.h"

#include <linux/audit.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>

#include "runtime/seccomp/testing/oracle.h"
#include "third_party/libseccomp.h"

namespace oci::seccomp {
namespace {

using spec::SeccompAction;
using spec::SeccompArg;
using spec::SeccompOperator;

constexpr uint32_t kX32 = 0x40000000;
constexpr uint64_t kLow = 0xffffffff;

struct Known {
  std::string_view name;
  uint32_t scmp;
  uint32_t audit;
  bool wide;
};
constexpr Known kKnown[] = {{"SCMP_ARCH_X86_64", SCMP_ARCH_X86_64, AUDIT_ARCH_X86_64, true},
                            {"SCMP_ARCH_X86", SCMP_ARCH_X86, AUDIT_ARCH_I386, false},
                            {"SCMP_ARCH_X32", SCMP_ARCH_X32, AUDIT_ARCH_X86_64, false},
                            {"SCMP_ARCH_AARCH64", SCMP_ARCH_AARCH64, AUDIT_ARCH_AARCH64, true},
                            {"SCMP_ARCH_ARM", SCMP_ARCH_ARM, AUDIT_ARCH_ARM, false}};

bool holds(const SeccompArg& arg, const seccomp_data& data, bool wide) {
  const uint64_t bits = wide ? ~uint64_t{0} : kLow;
  const uint64_t x = data.args[arg.index] & bits;
  const uint64_t value = arg.value & bits;
  switch (arg.op) {
    case SeccompOperator::kNotEqual:
      return x != value;
    case SeccompOperator::kLess:
      return x < value;
    case SeccompOperator::kLessEqual:
      return x <= value;
    case SeccompOperator::kEqual:
      return x == value;
    case SeccompOperator::kGreaterEqual:
      return x >= value;
    case SeccompOperator::kGreater:
      return x > value;
    case SeccompOperator::kMaskedEqual:
      break;
  }
  return (x & value) == (arg.value_two & value);
}

// No condition at all, or none that can fail.
bool is_plain(const std::vector<SeccompArg>& conditions, bool wide) {
  return std::ranges::all_of(conditions, [&](const SeccompArg& arg) {
    return arg.op == SeccompOperator::kMaskedEqual &&
           (arg.value & (wide ? ~uint64_t{0} : kLow)) == 0;
  });
}

// i386's number of the call itself, where libseccomp's resolver returns a pseudo number.
int direct_number(uint32_t scmp, const std::string& name) {
  static std::map<std::string, int> direct;
  if (direct.empty()) {
    for (int number = 0; number < 600; ++number) {
      char* text = seccomp_syscall_resolve_num_arch(SCMP_ARCH_X86, number);
      if (text != nullptr) direct[text] = number;
      free(text);
    }
  }
  if (scmp != SCMP_ARCH_X86) return seccomp_syscall_resolve_name_arch(scmp, name.c_str());
  const auto found = direct.find(name);
  return found == direct.end() ? -1 : found->second;
}

// i386's socketcall(2) or ipc(2), if the call is behind one of them.
std::optional<uint32_t> multiplexer(uint32_t scmp, const std::string& name) {
  const int pseudo = seccomp_syscall_resolve_name_arch(scmp, name.c_str());
  if (scmp != SCMP_ARCH_X86 || pseudo > -100 || pseudo < -224) return {};
  return pseudo > -200 ? 102 : 117;
}

// Whether `a` is tried before `b`: README.md, "Rules that contradict each other".
bool precedes(const std::vector<SeccompArg>& a, const std::vector<SeccompArg>& b, bool wide) {
  using Key = std::tuple<int, int, uint64_t>;
  const auto key = [&](const SeccompArg& arg) {
    const uint64_t bits = wide ? ~uint64_t{0} : kLow;
    const bool masked = arg.op == SeccompOperator::kMaskedEqual;
    const uint64_t value = (masked ? arg.value_two & arg.value : arg.value) & bits;
    const int index = -static_cast<int>(arg.index);
    switch (arg.op) {
      case SeccompOperator::kLess:
      case SeccompOperator::kLessEqual:
        return Key{index, 1, value};
      case SeccompOperator::kGreater:
      case SeccompOperator::kGreaterEqual:
        return Key{index, 2, ~value};
      default:
        return Key{index, 0, ~value};
    }
  };
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (key(a[i]) != key(b[i])) return key(a[i]) < key(b[i]);
    const uint64_t bits = wide ? ~uint64_t{0} : kLow;
    if (a[i].op != b[i].op || ((a[i].value ^ b[i].value) & bits) != 0) return false;
  }
  return false;
}

// Sorted by argument, without conditions that cannot fail.
std::vector<SeccompArg> essential(std::vector<SeccompArg> conditions, bool wide) {
  std::erase_if(conditions, [&](const SeccompArg& arg) { return is_plain({arg}, wide); });
  std::ranges::sort(conditions, {}, &SeccompArg::index);
  return conditions;
}

}  // namespace

PlainReading::PlainReading(const spec::Seccomp& profile)
    : default_action_(oracle_action(profile.default_action, profile.default_errno_ret)),
      newer_is_unknown_(profile.default_action != SeccompAction::kAllow &&
                        profile.default_action != SeccompAction::kLog &&
                        profile.default_action != SeccompAction::kTrace) {
  for (const Known& one : kKnown) {
    if (one.scmp == seccomp_arch_native() ||
        std::ranges::find(profile.architectures, one.name) != profile.architectures.end()) {
      abis_.push_back({one.scmp, one.audit, one.wide, -1, {}});
    }
  }
  for (const spec::SeccompSyscall& syscall : profile.syscalls) {
    for (const std::string& name : syscall.names) {
      add(syscall, name);
    }
  }
}

void PlainReading::add(const spec::SeccompSyscall& from, const std::string& name) {
  for (Abi& abi : abis_) {
    const int number = direct_number(abi.scmp, name);
    abi.newest = std::max(abi.newest, int64_t{number});
    if (const auto behind = multiplexer(abi.scmp, name))
      abi.newest = std::max(abi.newest, int64_t{*behind});
    if (oracle_action(from.action, from.errno_ret) == default_action_) continue;
    std::vector<int> times(6, 0);
    for (const SeccompArg& arg : from.args) {
      ++times[arg.index];
    }
    if (*std::ranges::max_element(times) <= 1) {
      add(abi, from, name);
      continue;
    }
    for (const SeccompArg& arg : from.args) {
      spec::SeccompSyscall alternative = from;
      alternative.args = {arg};
      add(abi, alternative, name);
    }
  }
}

void PlainReading::add(Abi& abi, const spec::SeccompSyscall& from, const std::string& name) const {
  const uint32_t action = oracle_action(from.action, from.errno_ret);
  if (const auto behind = multiplexer(abi.scmp, name)) {
    const int pseudo = seccomp_syscall_resolve_name_arch(abi.scmp, name.c_str());
    std::vector<SeccompArg> conditions = {
        {0, static_cast<uint64_t>(-pseudo % 100), 0, SeccompOperator::kEqual}};
    for (const SeccompArg& arg : from.args) {
      if (arg.index != 0) conditions.push_back(arg);
    }
    insert(abi, {*behind, action, conditions});
  }
  const int number = direct_number(abi.scmp, name);
  if (number >= 0) insert(abi, {static_cast<uint32_t>(number), action, from.args});
}

void PlainReading::insert(Abi& abi, const Rule& rule) {
  const auto essence = essential(rule.conditions, abi.wide);
  const auto later = std::ranges::find_if(abi.rules, [&](const Rule& other) {
    return other.number == rule.number &&
           precedes(essence, essential(other.conditions, abi.wide), abi.wide);
  });
  abi.rules.insert(later, rule);
}

const PlainReading::Abi* PlainReading::abi_of(const seccomp_data& data) const {
  const auto number = static_cast<uint32_t>(data.nr);
  const bool x32_known =
      std::ranges::find(abis_, uint32_t{SCMP_ARCH_X32}, &Abi::scmp) != abis_.end();
  for (const Abi& abi : abis_) {
    if (abi.audit != data.arch) continue;
    if (abi.audit != AUDIT_ARCH_X86_64) return &abi;
    const bool is_x32 = number >= kX32 && (x32_known || number != 0xffffffff);
    if (is_x32 == (abi.scmp == SCMP_ARCH_X32)) return &abi;
  }
  return nullptr;
}

uint32_t PlainReading::action(const seccomp_data& data) const {
  const Abi* abi = abi_of(data);
  if (abi == nullptr) return SCMP_ACT_KILL;
  const auto number = static_cast<uint32_t>(data.nr);
  for (const Rule& rule : abi->rules) {
    if (rule.number == number && is_plain(rule.conditions, abi->wide)) return rule.action;
  }
  for (const Rule& rule : abi->rules) {
    const auto fails = [&](const SeccompArg& arg) { return !holds(arg, data, abi->wide); };
    if (rule.number == number && std::ranges::none_of(rule.conditions, fails)) return rule.action;
  }
  return default_action_;
}

bool PlainReading::is_newer(const seccomp_data& data) const {
  const Abi* abi = abi_of(data);
  if (abi == nullptr || !newer_is_unknown_ || abi->newest < 0) return false;
  const auto number = static_cast<uint32_t>(data.nr);
  const bool x32_known =
      std::ranges::find(abis_, uint32_t{SCMP_ARCH_X32}, &Abi::scmp) != abis_.end();
  if (abi->scmp == SCMP_ARCH_X86_64 && number == 0xffffffff && !x32_known) return false;
  return number > abi->newest;
}

}  // namespace oci::seccomp
