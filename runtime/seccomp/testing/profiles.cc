#include "runtime/seccomp/testing/profiles.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "runtime/seccomp/abi.h"
#include "runtime/seccomp/names.h"
#include "third_party/rapidjson.h"

namespace oci::seccomp {
namespace {

using spec::SeccompAction;
using spec::SeccompArg;
using spec::SeccompOperator;

template <class T>
using Named = std::pair<std::string_view, T>;

constexpr Named<SeccompAction> kActions[] = {{"SCMP_ACT_ALLOW", SeccompAction::kAllow},
                                             {"SCMP_ACT_ERRNO", SeccompAction::kErrno}};
constexpr Named<SeccompOperator> kOperators[] = {
    {"SCMP_CMP_EQ", SeccompOperator::kEqual},
    {"SCMP_CMP_NE", SeccompOperator::kNotEqual},
    {"SCMP_CMP_MASKED_EQ", SeccompOperator::kMaskedEqual}};

template <class T, size_t N>
T value_of(const Named<T> (&table)[N], const json::Value& name) {
  for (const auto& [text, value] : table) {
    if (text == name.GetString()) return value;
  }
  throw std::runtime_error(name.GetString());
}

std::optional<uint32_t> number(const json::Value& object, const char* key) {
  if (!object.HasMember(key)) return std::nullopt;
  return object[key].GetUint();
}

spec::SeccompSyscall syscall(const json::Value& from) {
  spec::SeccompSyscall out;
  for (const json::Value& name : from["names"].GetArray()) {
    out.names.emplace_back(name.GetString());
  }
  out.action = value_of(kActions, from["action"]);
  out.errno_ret = number(from, "errnoRet");
  if (!from.HasMember("args")) return out;
  for (const json::Value& arg : from["args"].GetArray()) {
    out.args.push_back({arg["index"].GetUint(), arg["value"].GetUint64(),
                        arg.HasMember("valueTwo") ? arg["valueTwo"].GetUint64() : 0,
                        value_of(kOperators, arg["op"])});
  }
  return out;
}

// All kinds: plain, behind socketcall and ipc, of one ABI only, arm's own numbers, unknown.
constexpr std::array<const char*, 40> kNames = {"read",
                                                "write",
                                                "openat",
                                                "clone",
                                                "clone3",
                                                "personality",
                                                "ioctl",
                                                "socket",
                                                "connect",
                                                "recv",
                                                "accept4",
                                                "socketcall",
                                                "ipc",
                                                "semop",
                                                "shmat",
                                                "msgctl",
                                                "mmap",
                                                "mmap2",
                                                "fcntl",
                                                "fcntl64",
                                                "chown32",
                                                "arch_prctl",
                                                "set_tls",
                                                "breakpoint",
                                                "execve",
                                                "exit",
                                                "exit_group",
                                                "futex",
                                                "futex_time64",
                                                "unshare",
                                                "keyctl",
                                                "bpf",
                                                "landlock_add_rule",
                                                "io_uring_setup",
                                                "epoll_wait",
                                                "time",
                                                "stime",
                                                "pread64",
                                                "no_such_call",
                                                "rt_sigreturn"};

constexpr uint64_t kValues[] = {0,
                                1,
                                2,
                                5,
                                16,
                                0x7e020000,
                                0x7fffffff,
                                0x80000000,
                                0xffffffff,
                                0x100000000,
                                0x100000001,
                                0x100000005,
                                0x8000000000000000,
                                0xffffffff00000000,
                                0xfffffffffffffff0,
                                0xffffffffffffffff};

size_t below(std::mt19937& random, size_t limit) {
  return random() % limit;
}

uint64_t any_value(std::mt19937& random) {
  return kValues[below(random, std::size(kValues))];
}

struct AnyAction {
  SeccompAction action{};
  std::optional<uint32_t> errno_ret;
};

AnyAction any_action(size_t choice) {
  constexpr SeccompAction kAll[] = {SeccompAction::kAllow,      SeccompAction::kErrno,
                                    SeccompAction::kErrno,      SeccompAction::kKillProcess,
                                    SeccompAction::kTrap,       SeccompAction::kLog,
                                    SeccompAction::kKillThread, SeccompAction::kTrace};
  const size_t index = choice % std::size(kAll);
  return {kAll[index], index == 1 ? std::optional<uint32_t>(ENOENT) : std::nullopt};
}

using Operators = std::vector<SeccompOperator>;

const Operators kAllOperators = {SeccompOperator::kNotEqual,   SeccompOperator::kLess,
                                 SeccompOperator::kLessEqual,  SeccompOperator::kEqual,
                                 SeccompOperator::kGreater,    SeccompOperator::kGreaterEqual,
                                 SeccompOperator::kMaskedEqual};

// The rules of one name.
struct Family {
  size_t rules = 1;
  size_t conditions = 3;  // at most
  bool one_action = false;
  Operators operators;
};

Family any_family(std::mt19937& random) {
  return {1 + below(random, 4), 3, false, kAllOperators};
}

Family sound_family(std::mt19937& random, std::string_view name) {
  const size_t several = 1 + below(random, 4);
  if (name == "socketcall" || name == "ipc") return {1, 0, true, kAllOperators};
  const Row* row = find_name(name);
  // Several of these names share socketcall(2) and ipc(2).
  if (row != nullptr && row->multiplexed != 0) return {1, 3, true, {SeccompOperator::kEqual}};
  switch (below(random, 4)) {
    case 0:
      return {several, 3, false, {SeccompOperator::kEqual}};
    case 1:
      return {several,
              1,
              false,
              {SeccompOperator::kEqual, SeccompOperator::kGreater, SeccompOperator::kGreaterEqual}};
    case 2:
      return {several, 3, true, {SeccompOperator::kEqual, SeccompOperator::kMaskedEqual}};
    default:
      return {1, 3, true, kAllOperators};
  }
}

void add_family(const Family& family, const char* name, std::mt19937& random, spec::Seccomp& to) {
  const size_t choice = random();
  for (size_t i = 0; i < family.rules; ++i) {
    const AnyAction action = any_action(family.one_action ? choice : random());
    spec::SeccompSyscall rule{{name}, action.action, action.errno_ret, {}};
    // Conditions on arguments 0 to 2. Two on the same argument are alternatives.
    for (size_t count = below(random, family.conditions + 1); count > 0; --count) {
      const auto index = static_cast<uint32_t>(family.rules == 1 ? count % 3 : below(random, 3));
      rule.args.push_back({index, any_value(random), any_value(random),
                           family.operators[below(random, family.operators.size())]});
    }
    to.syscalls.push_back(rule);
  }
}

seccomp_data call(uint32_t arch, uint32_t number) {
  seccomp_data data{};
  data.arch = arch;
  data.nr = static_cast<int>(number);
  return data;
}

// The edges of the values in the profile.
std::vector<uint64_t> edges(const spec::Seccomp& profile) {
  std::vector<uint64_t> values = {0, 1, ~uint64_t{0}};
  for (const spec::SeccompSyscall& syscall : profile.syscalls) {
    for (const SeccompArg& arg : syscall.args) {
      for (const uint64_t value : {arg.value, arg.value_two}) {
        for (const uint64_t edge : {value, value - 1, value + 1, value ^ uint64_t{1} << 32,
                                    value & 0xffffffff, value << 32}) {
          values.push_back(edge);
        }
      }
    }
  }
  return values;
}

void add_argument_calls(const spec::Seccomp& profile, std::mt19937& random,
                        std::vector<seccomp_data>& calls) {
  const std::vector<uint64_t> values = edges(profile);
  for (const spec::SeccompSyscall& syscall : profile.syscalls) {
    if (syscall.args.empty()) continue;
    for (const std::string& name : syscall.names) {
      const Row* row = find_name(name);
      for (const Abi& abi : kAbis) {
        std::vector<uint32_t> numbers;
        if (row != nullptr && number_of(*row, abi) >= 0) {
          numbers.push_back(static_cast<uint32_t>(number_of(*row, abi)) | abi.number_bit);
        }
        if (abi.multiplexed) numbers.insert(numbers.end(), {102, 117});
        for (const uint32_t number : numbers) {
          for (size_t round = 0; round < 60; ++round) {
            seccomp_data data = call(abi.audit, number);
            for (auto& argument : data.args) {
              argument = values[below(random, values.size())];
            }
            if (abi.multiplexed && number < 120) data.args[0] = below(random, 26);
            calls.push_back(data);
          }
        }
      }
    }
  }
}

}  // namespace

spec::Seccomp load_profile(const std::string& path) {
  std::ifstream in(path);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  json::Document document;
  document.Parse(text.c_str());
  if (document.HasParseError() || !document.IsObject()) throw std::runtime_error(path);
  spec::Seccomp out;
  out.default_action = value_of(kActions, document["defaultAction"]);
  out.default_errno_ret = number(document, "defaultErrnoRet");
  for (const json::Value& name : document["architectures"].GetArray()) {
    out.architectures.emplace_back(name.GetString());
  }
  for (const json::Value& one : document["syscalls"].GetArray()) {
    out.syscalls.push_back(syscall(one));
  }
  return out;
}

spec::Seccomp random_profile(std::mt19937& random, Kind kind) {
  constexpr const char* kArchitectures[] = {"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32",
                                            "SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"};
  spec::Seccomp out;
  const AnyAction otherwise = any_action(below(random, 20) < 12 ? 2 : random());
  out.default_action = otherwise.action;
  out.default_errno_ret = otherwise.errno_ret;
  for (const char* name : kArchitectures) {
    if (below(random, 2) == 0) out.architectures.emplace_back(name);
  }
  const size_t likelihood = below(random, 10);
  for (const char* name : kNames) {
    if (below(random, 20) >= likelihood) continue;
    const Family family = kind == Kind::kAny ? any_family(random) : sound_family(random, name);
    add_family(family, name, random, out);
  }
  std::shuffle(out.syscalls.begin(), out.syscalls.end(), random);
  return out;
}

std::vector<seccomp_data> interesting_calls(const spec::Seccomp& profile, std::mt19937& random) {
  std::vector<seccomp_data> calls;
  for (const Abi& abi : kAbis) {
    for (uint32_t number = 0; number <= 600; ++number) {
      calls.push_back(call(abi.audit, number | abi.number_bit));
    }
    for (const uint32_t number :
         {0x7fffffffU, 0x80000000U, 0xffffff00U, 0xfffffffeU, 0xffffffffU, kX32Bit, kX32Bit - 1,
          kPrivateBase, kPrivateBase + 1, kPrivateBase + 5, kPrivateBase + 23, 1000U, 0x10000U}) {
      calls.push_back(call(abi.audit, number));
    }
  }
  calls.push_back(call(AUDIT_ARCH_MIPS, 1));
  calls.push_back(call(0, 1));
  add_argument_calls(profile, random, calls);
  return calls;
}

}  // namespace oci::seccomp
