#include "runtime/tools/seccomp_text.h"

#include <linux/bpf_common.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>

#include "runtime/cli/json_writer.h"
#include "runtime/seccomp/bpf_machine.h"
#include "runtime/seccomp/emit.h"
#include "runtime/seccomp/names.h"
#include "runtime/seccomp/rules.h"
#include "spec/parse/names.h"

namespace oci::tools {
namespace {

using Arguments = std::span<const std::optional<uint64_t>>;

std::string hex(uint64_t value) {
  char text[32];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(value));
  return text;
}

std::string condition_text(const spec::SeccompArg& arg) {
  std::string name = cat("arg", arg.index);
  using enum spec::SeccompOperator;
  switch (arg.op) {
    case kNotEqual:
      return cat(name, " != ", hex(arg.value));
    case kLess:
      return cat(name, " < ", hex(arg.value));
    case kLessEqual:
      return cat(name, " <= ", hex(arg.value));
    case kEqual:
      return cat(name, " == ", hex(arg.value));
    case kGreaterEqual:
      return cat(name, " >= ", hex(arg.value));
    case kGreater:
      return cat(name, " > ", hex(arg.value));
    case kMaskedEqual:
      return cat("(", name, " & ", hex(arg.value), ") == ", hex(arg.value_two));
  }
  return name;
}

// runtime/seccomp/README.md: with two conditions on one argument, each of the rule is a rule.
bool are_alternatives(const spec::SeccompSyscall& rule) {
  std::array<int, 6> count = {};
  for (const spec::SeccompArg& arg : rule.args)
    if (arg.index < count.size()) ++count[arg.index];
  return std::ranges::any_of(count, [](int one) { return one > 1; });
}

bool holds(const spec::SeccompArg& arg, uint64_t argument, bool wide) {
  const uint64_t mask = wide ? UINT64_MAX : UINT32_MAX;
  const uint64_t left = argument & mask, right = arg.value & mask;
  using enum spec::SeccompOperator;
  switch (arg.op) {
    case kNotEqual:
      return left != right;
    case kLess:
      return left < right;
    case kLessEqual:
      return left <= right;
    case kEqual:
      return left == right;
    case kGreaterEqual:
      return left >= right;
    case kGreater:
      return left > right;
    case kMaskedEqual:
      return (left & right) == (arg.value_two & mask);
  }
  return false;
}

bool matches(const spec::SeccompSyscall& rule, Arguments arguments, bool wide) {
  const auto one = [&](const spec::SeccompArg& arg) {
    return arg.index < arguments.size() && arguments[arg.index] &&
           holds(arg, *arguments[arg.index], wide);
  };
  if (rule.args.empty()) return true;
  return are_alternatives(rule) ? std::ranges::any_of(rule.args, one)
                                : std::ranges::all_of(rule.args, one);
}

std::string rule_text(const spec::SeccompSyscall& rule, size_t index) {
  std::string text = cat("linux.seccomp.syscalls[", index,
                         "]: ", spec::name_of(spec::kSeccompActionNames, rule.action), " if ");
  const std::string_view between = are_alternatives(rule) ? " or " : " and ";
  for (size_t i = 0; i < rule.args.size(); ++i)
    text += cat(i == 0 ? "" : between, condition_text(rule.args[i]));
  return text;
}

// The kernel's value of an action, or 0 if it is invalid: compile() has refused it before.
uint32_t value_of(spec::SeccompAction action, const std::optional<uint32_t>& error) {
  const Result<uint32_t> value = seccomp::action_value(action, error, "");
  return value ? value.value() : 0;
}

std::string decider(const spec::Seccomp& profile, std::string_view call, uint32_t action,
                    Arguments arguments, bool wide) {
  for (size_t i = 0; i < profile.syscalls.size(); ++i) {
    const spec::SeccompSyscall& rule = profile.syscalls[i];
    if (std::ranges::find(rule.names, call) == rule.names.end()) continue;
    if (value_of(rule.action, rule.errno_ret) != action || !matches(rule, arguments, wide))
      continue;
    return cat("linux.seccomp.syscalls[", i, "]");
  }
  if (value_of(profile.default_action, profile.default_errno_ret) == action) {
    return "linux.seccomp.defaultAction";
  }
  return action == seccomp::kNewerCall ? "ENOSYS for calls newer than the profile" : "the filter";
}

struct Question {
  seccomp_data data = {};
  uint64_t known = 0;  // one bit for each 32-bit word
};

Question question_of(const seccomp::Abi& abi, int number, Arguments arguments) {
  Question question;
  question.data.nr = static_cast<int>(static_cast<uint32_t>(number) | abi.number_bit);
  question.data.arch = abi.audit;
  question.known = 0b11;
  for (size_t i = 0; i < std::min<size_t>(arguments.size(), 6); ++i) {
    if (!arguments[i]) continue;
    question.data.args[i] = abi.wide ? *arguments[i] : *arguments[i] & UINT32_MAX;
    const size_t word = offsetof(seccomp_data, args) / 4 + 2 * i;
    question.known |= uint64_t{3} << word;
  }
  return question;
}

std::vector<const seccomp::Abi*> abis_of(const spec::Seccomp& profile) {
  std::vector<const seccomp::Abi*> abis = {&seccomp::kAbis[seccomp::kNativeAbi]};
  for (const std::string& name : profile.architectures) {
    const seccomp::Abi* const abi = seccomp::find_abi(name);
    if (abi != nullptr && std::ranges::find(abis, abi) == abis.end()) abis.push_back(abi);
  }
  return abis;
}

}  // namespace

Result<std::vector<Decision>> explain_call(const spec::Seccomp& profile,
                                           std::span<const sock_filter> filter,
                                           std::string_view call, Arguments arguments) {
  const seccomp::Row* const row = seccomp::find_name(call);
  if (row == nullptr) {
    return Error(ErrorKind::kUsage, cat("SYSCALL: no architecture has a call '", call,
                                        "'; give its name as in syscalls(2)"));
  }
  std::vector<Decision> decisions;
  for (const seccomp::Abi* const abi : abis_of(profile)) {
    Decision& one = decisions.emplace_back();
    one.abi = abi;
    const int number = seccomp::number_of(*row, *abi);
    if (number == seccomp::kNoNumber) continue;
    one.number = number;
    const Question question = question_of(*abi, number, arguments);
    const seccomp::Verdict verdict = seccomp::run(filter, question.data, question.known);
    for (size_t i = 0; i < profile.syscalls.size(); ++i) {
      const spec::SeccompSyscall& rule = profile.syscalls[i];
      const bool named = std::ranges::find(rule.names, call) != rule.names.end();
      if (named && !rule.args.empty()) one.rules.push_back(rule_text(rule, i));
    }
    if (verdict.guessed) continue;
    one.action = verdict.action;
    one.by = decider(profile, call, verdict.action, arguments, abi->wide);
  }
  return decisions;
}

std::string action_text(uint32_t action) {
  constexpr struct {
    uint32_t value;
    std::string_view name;
  } kNames[] = {{SECCOMP_RET_KILL_PROCESS, "SCMP_ACT_KILL_PROCESS"},
                {SECCOMP_RET_KILL_THREAD, "SCMP_ACT_KILL_THREAD"},
                {SECCOMP_RET_TRAP, "SCMP_ACT_TRAP"},
                {SECCOMP_RET_ERRNO, "SCMP_ACT_ERRNO"},
                {SECCOMP_RET_USER_NOTIF, "SCMP_ACT_NOTIFY"},
                {SECCOMP_RET_TRACE, "SCMP_ACT_TRACE"},
                {SECCOMP_RET_LOG, "SCMP_ACT_LOG"},
                {SECCOMP_RET_ALLOW, "SCMP_ACT_ALLOW"}};
  for (const auto& one : kNames) {
    if (one.value != (action & SECCOMP_RET_ACTION_FULL)) continue;
    if (one.value != SECCOMP_RET_ERRNO) return std::string(one.name);
    return cat(one.name, " (errno ", action & SECCOMP_RET_DATA, ")");
  }
  return hex(action);
}

std::string decisions_text(std::string_view call, std::span<const Decision> decisions) {
  std::string text;
  for (const Decision& one : decisions) {
    text += cat(call, " on ", one.abi->name);
    if (!one.number) {
      text += ": there is no such call\n";
      continue;
    }
    text += cat(" (", *one.number, "): ");
    text += one.action ? cat(action_text(*one.action), ", by ", one.by)
                       : std::string("depends on its arguments");
    text += "\n";
    for (const std::string& rule : one.rules)
      text += cat("  ", rule, "\n");
  }
  return text;
}

std::string decisions_json(std::string_view call, std::span<const Decision> decisions) {
  cli::JsonWriter out;
  out.begin_array();
  for (const Decision& one : decisions) {
    out.begin_object();
    out.text("call", call);
    out.text("abi", one.abi->name);
    if (one.number) out.number("number", *one.number);
    if (one.action) {
      const std::string action = action_text(*one.action);
      out.text("action", std::string_view(action).substr(0, action.find(' ')));
      if ((*one.action & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO) {
        out.number("errno", *one.action & SECCOMP_RET_DATA);
      }
      out.text("by", one.by);
    }
    out.begin_array("rules");
    for (const std::string& rule : one.rules)
      out.element(rule);
    out.end_array();
    out.end_object();
  }
  out.end_array();
  return out.finish();
}

std::string profile_text(const spec::Seccomp& profile, const seccomp::Program& program) {
  std::string abis;
  for (const seccomp::Abi* const abi : abis_of(profile))
    abis += cat(abis.empty() ? "" : ", ", abi->name);
  size_t calls = 0;
  for (const spec::SeccompSyscall& rule : profile.syscalls)
    calls += rule.names.size();
  std::string text = cat("default action  ",
                         action_text(value_of(profile.default_action, profile.default_errno_ret)),
                         "\nABIs            ", abis, "; any other kills the thread",
                         "\nrules           ", profile.syscalls.size(), ", with ", calls, " names",
                         "\ninstructions    ", program.filter.size(), "\n");
  for (const std::string& warning : program.warnings)
    text += cat("without effect  ", warning, "\n");
  return text;
}

std::string program_text(std::span<const sock_filter> filter) {
  std::string text;
  for (size_t i = 0; i < filter.size(); ++i) {
    const sock_filter& one = filter[i];
    const auto target = [&](size_t distance) { return cat("l", i + 1 + distance); };
    text += cat("l", i, ":\t");
    if (BPF_CLASS(one.code) == BPF_LD) {
      text += cat("ld [", one.k, "]");
    } else if (BPF_CLASS(one.code) == BPF_ALU) {
      text += cat("and #", hex(one.k));
    } else if (BPF_CLASS(one.code) == BPF_RET) {
      text += cat("ret #", hex(one.k), "\t; ", action_text(one.k));
    } else if (BPF_OP(one.code) == BPF_JA) {
      text += cat("jmp ", target(one.k));
    } else {
      const uint16_t operation = BPF_OP(one.code);
      const std::string_view name = operation == BPF_JEQ   ? "jeq"
                                    : operation == BPF_JGT ? "jgt"
                                    : operation == BPF_JGE ? "jge"
                                                           : "jset";
      text += cat(name, " #", hex(one.k), ", ", target(one.jt), ", ", target(one.jf));
    }
    text += "\n";
  }
  return text;
}

}  // namespace oci::tools
