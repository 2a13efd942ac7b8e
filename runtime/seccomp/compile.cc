#include "runtime/seccomp/compile.h"

#include <linux/bpf_common.h>

#include <algorithm>

#include "runtime/seccomp/abi.h"
#include "runtime/seccomp/emit.h"
#include "runtime/seccomp/rules.h"

namespace oci::seccomp {
namespace {

// For a call that the profile is too old to know, programs handle ENOSYS, but hardly EPERM or a
// kill: glibc falls back (clone3). A default that allows calls, or asks a tracer, does not need
// this.
bool newer_is_unknown(spec::SeccompAction default_action) {
  switch (default_action) {
    case spec::SeccompAction::kAllow:
    case spec::SeccompAction::kLog:
    case spec::SeccompAction::kTrace:
    case spec::SeccompAction::kNotify:
      return false;
    default:
      return true;
  }
}

// The ABIs of the profile, the native one first. An ABI that the emitter does not support cannot
// run on this machine.
std::vector<const Abi*> abis_of(const spec::Seccomp& profile, Warnings wanted,
                                std::vector<std::string>& warnings) {
  std::vector<const Abi*> abis = {&kAbis[kNativeAbi]};
  for (size_t i = 0; i < profile.architectures.size(); ++i) {
    const std::string& name = profile.architectures[i];
    const Abi* abi = find_abi(name);
    if (abi == nullptr) {
      if (wanted == Warnings::kCollect) {
        warnings.push_back(
            cat("linux.seccomp.architectures[", i, "]: ", name, " never runs on this machine"));
      }
    } else if (std::ranges::find(abis, abi) == abis.end()) {
      abis.push_back(abi);
    }
  }
  return abis;
}

Error too_large(std::string_view about, size_t instructions) {
  return Error(ErrorKind::kUnsupported, Property{"linux.seccomp"},
               cat("too large, ", about, instructions, " instructions where the kernel takes ",
                   BPF_MAXINSNS));
}

Result<std::vector<sock_filter>> make_filter(const spec::Seccomp& profile, const Rules& rules,
                                             Warnings wanted, std::vector<std::string>& warnings) {
  std::vector<AbiPlan> plans;
  for (const Abi* abi : abis_of(profile, wanted, warnings)) {
    plans.push_back({abi, abi_rules(rules, *abi)});
    if (plans.back().rules.excess != 0) return too_large("at least ", plans.back().rules.excess);
  }
  return emit(plans, {.default_action = rules.default_action,
                      .newer_is_unknown = newer_is_unknown(profile.default_action)});
}

}  // namespace

Result<Program> compile(const spec::Seccomp& profile, Warnings warnings) {
  Program program;
  const Rules rules = OCI_TRY(read_rules(profile, warnings, program.warnings));
  program.filter = OCI_TRY(make_filter(profile, rules, warnings, program.warnings));
  if (program.filter.size() <= BPF_MAXINSNS) return program;
  return too_large("", program.filter.size());
}

}  // namespace oci::seccomp
