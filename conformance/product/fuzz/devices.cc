// Device rules → eBPF, checked against a simple interpreter of the rules.
//
// The first byte is the number of rules, then five values each. The rest are accesses.
#include "conformance/product/fuzz/target.h"
#include "runtime/cgroup/device_program.h"
#include "runtime/cgroup/testing/device_machine.h"

namespace oci::fuzz {
namespace {

using spec::DeviceRule;
using spec::DeviceType;

constexpr uint32_t kNumbers[] = {0, 1, 3, 5, 136, 0xfffffffe, 0xffffffff};

DeviceRule rule(Input& input) {
  constexpr DeviceType kTypes[] = {DeviceType::kAll, DeviceType::kChar, DeviceType::kBlock,
                                   DeviceType::kFifo};
  const auto number = [&]() -> std::optional<int64_t> {
    const size_t choice = input.below(16);
    if (choice == 0) return std::nullopt;
    if (choice == 1) return -1;
    if (choice == 2) return static_cast<int64_t>(input.number());
    return int64_t{kNumbers[choice % std::size(kNumbers)]};
  };
  DeviceRule out;
  out.allow = input.flip();
  out.type = input.one_of(kTypes);
  out.major = number();
  out.minor = number();
  const size_t letters = input.below(8);
  for (size_t i = 0; i < 3; ++i)
    if ((letters >> i & 1) != 0) out.access += "rwm"[i];
  return out;
}

void check(const std::vector<DeviceRule>& rules, const std::vector<bpf_insn>& program,
           DeviceType type, uint32_t major, uint32_t minor) {
  for (uint32_t access = 1; access < 8; ++access) {
    const auto context = cgroup::device_use(type, major, minor, access);
    const auto verdict = cgroup::run_device_program(program, context);
    demand(verdict.has_value(), "a device program ends, and uses nothing that it does not need");
    demand(*verdict == cgroup::plainly_allowed(rules, type, context),
           "a device program decides as its rules do",
           cat(type == DeviceType::kChar ? "c " : "b ", major, ":", minor, " access ", access,
               *verdict ? " allowed" : " denied"));
  }
}

}  // namespace
}  // namespace oci::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace oci;
  fuzz::Input input(data, size);
  std::vector<spec::DeviceRule> rules(input.below(40));
  for (spec::DeviceRule& one : rules)
    one = fuzz::rule(input);
  if (input.flip()) {
    const auto defaults = cgroup::default_device_rules();
    rules.insert(rules.end(), defaults.begin(), defaults.end());
  }
  const std::vector<bpf_insn> program = cgroup::device_program(rules);
  fuzz::demand(program.empty() == rules.empty(),
               "there is a program exactly where there are rules");
  if (rules.empty()) return 0;
  for (const spec::DeviceType type : {spec::DeviceType::kChar, spec::DeviceType::kBlock}) {
    for (const uint32_t major : fuzz::kNumbers)
      fuzz::check(rules, program, type, major, static_cast<uint32_t>(input.number()));
    for (const uint32_t minor : fuzz::kNumbers)
      fuzz::check(rules, program, type, static_cast<uint32_t>(input.number()), minor);
    for (const spec::DeviceRule& one : rules)
      fuzz::check(rules, program, type, static_cast<uint32_t>(one.major.value_or(7)),
                  static_cast<uint32_t>(one.minor.value_or(7)));
  }
  return 0;
}
