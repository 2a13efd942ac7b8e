#include "runtime/seccomp/blame.h"

#include <algorithm>
#include <cerrno>

#include "spec/error.h"
#include "spec/parse/names.h"

namespace oci::seccomp {
namespace {

using Action = spec::SeccompAction;

constexpr size_t kNamed = 3;

bool names(const spec::SeccompSyscall& rule, std::string_view call) {
  return std::ranges::find(rule.names, call) != rule.names.end();
}

bool kills(Action action) {
  return action == Action::kKill || action == Action::kKillProcess ||
         action == Action::kKillThread || action == Action::kTrap;
}

std::string shown(const spec::SeccompSyscall& rule, size_t index) {
  std::string text = cat("linux.seccomp.syscalls[", index, "] (",
                         spec::name_of(spec::kSeccompActionNames, rule.action), ":");
  for (size_t i = 0; i < std::min(rule.names.size(), kNamed); ++i)
    text += cat(i == 0 ? " " : ", ", rule.names[i]);
  return text + (rule.names.size() > kNamed ? ", ...)" : ")");
}

}  // namespace

std::optional<Refusal> refusal_of(const spec::Seccomp& profile, std::string_view call) {
  const uint32_t by_default = profile.default_errno_ret.value_or(EPERM);
  bool depends = false;
  // README.md: the first rule without conditions wins over all others of its call, and a rule with
  // the default action has no effect.
  for (size_t i = 0; i < profile.syscalls.size(); ++i) {
    const spec::SeccompSyscall& rule = profile.syscalls[i];
    if (!names(rule, call)) continue;
    const uint32_t error = rule.errno_ret.value_or(EPERM);
    const bool refuses = rule.action == Action::kErrno;
    if (rule.action == profile.default_action && (!refuses || error == by_default)) continue;
    if (!rule.args.empty()) {
      depends = true;
      continue;
    }
    if (!refuses) return {};
    return Refusal{cat("linux.seccomp.syscalls[", i, "]"), error};
  }
  if (depends || profile.default_action != Action::kErrno) return {};
  return Refusal{"linux.seccomp.defaultAction", by_default};
}

std::string killers_of(const spec::Seccomp& profile) {
  std::string text;
  size_t found = 0;
  const auto add = [&](const std::string& one) {
    if (++found <= kNamed) text += cat(text.empty() ? "" : " or ", one);
  };
  for (size_t i = 0; i < profile.syscalls.size(); ++i) {
    const spec::SeccompSyscall& rule = profile.syscalls[i];
    if (kills(rule.action) && rule.action != profile.default_action) add(shown(rule, i));
  }
  if (kills(profile.default_action)) {
    add(cat("linux.seccomp.defaultAction (",
            spec::name_of(spec::kSeccompActionNames, profile.default_action), ")"));
  }
  // Calls of an architecture that is not listed are killed as well.
  if (found == 0) add("linux.seccomp.architectures");
  return text + (found > kNamed ? " or others" : "");
}

}  // namespace oci::seccomp
