// The rules of a profile for each ABI: names resolved, conditions in one form, one result for every
// call number.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/seccomp/abi.h"
#include "runtime/seccomp/compile.h"
#include "runtime/seccomp/names.h"
#include "spec/error.h"
#include "spec/model/seccomp.h"

namespace oci::seccomp {

inline constexpr size_t kArguments = 6;

enum class Compare : uint8_t { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual };

// Compares an argument with `value` as unsigned numbers. kEqual compares (argument & mask). A mask
// of all ones has no effect.
struct Condition {
  uint8_t argument = 0;
  Compare compare{};
  uint64_t mask = 0;
  uint64_t value = 0;

  friend bool operator==(const Condition&, const Condition&) = default;
};

// All conditions must hold. No two are on the same argument.
struct Rule {
  uint32_t action = 0;  // SECCOMP_RET_*, with its data
  uint8_t count = 0;
  std::array<Condition, kArguments> conditions;

  std::span<const Condition> all() const { return {conditions.data(), count}; }
};

// A name of the profile with one of its rules.
struct Entry {
  const Row* name = nullptr;
  uint32_t rule = 0;  // in Rules::rules
};

struct Rules {
  uint32_t default_action = 0;
  std::vector<Rule> rules;
  std::vector<Entry> entries;     // in listed order, without those with the default action
  std::vector<const Row*> named;  // every name, also of rules without effect
};

// The seccomp(2) value of an action. Error: an invalid errno, at `path`.
Result<uint32_t> action_value(spec::SeccompAction action, const std::optional<uint32_t>& errno_ret,
                              std::string_view path);

// Resolves the profile. Skipped parts are added to `warnings` if `wanted` asks for that.
Result<Rules> read_rules(const spec::Seccomp& profile, Warnings wanted,
                         std::vector<std::string>& warnings);

// The rules for one call number. Without conditions: `action` alone decides.
struct Call {
  uint32_t number = 0;  // with the ABI's number_bit
  uint32_t action = 0;
  std::vector<Rule> rules;  // tried in order. If none matches: the default action
};

struct AbiRules {
  std::vector<Call> calls;  // by ascending number
  size_t excess = 0;  // the rules with conditions, where they are more than a filter has room for;
                      // then those of `calls` are not filled in
  int newest = kNoNumber;  // the highest number named in the profile, without number_bit
};

// Reads the profile as libseccomp does. For each call, the first rule without conditions wins over
// all others. The others are ordered by their conditions (README.md). socketcall(2) and ipc(2) get
// the rules of the calls behind them.
AbiRules abi_rules(const Rules& rules, const Abi& abi);

}  // namespace oci::seccomp
