// linux.seccomp: config-linux.md#seccomp, seccomp(2).
#include "spec/validate/checks.h"

namespace oci::spec {
namespace {

// The kernel truncates return data to these limits: MAX_ERRNO, SECCOMP_RET_DATA.
constexpr uint32_t kMaxErrno = 4095;
constexpr uint32_t kMaxTrace = 65535;

void check_errno(SeccompAction action, const std::optional<uint32_t>& value,
                 const std::string& path, Diagnostics& out) {
  if (!value) return;
  if (action != SeccompAction::kErrno && action != SeccompAction::kTrace) {
    out.add(path,
            "applies to SCMP_ACT_ERRNO and SCMP_ACT_TRACE only; other actions return no number",
            Code::kConflict);
    return;
  }
  const uint32_t most = action == SeccompAction::kErrno ? kMaxErrno : kMaxTrace;
  if (*value > most) out.add(path, cat("expected 0 to ", most, ", found ", *value), Code::kRange);
}

void check_rule(const SeccompSyscall& rule, size_t i, Diagnostics& out) {
  constexpr uint32_t kArguments = 6;
  const auto at = [i](std::string_view key) {
    return child_path(child_path("linux.seccomp.syscalls", i), key);
  };
  if (rule.names.empty())
    out.add(at("names"), "expected at least one, found an empty list", Code::kMissing);
  for (size_t k = 0; k < rule.names.size(); ++k) {
    if (rule.names[k].empty()) {
      out.add(child_path(at("names"), k), "expected a system call, found \"\"", Code::kMissing);
    }
  }
  if (rule.errno_ret) check_errno(rule.action, rule.errno_ret, at("errnoRet"), out);
  for (size_t k = 0; k < rule.args.size(); ++k) {
    if (rule.args[k].index >= kArguments) {
      out.add(child_path(child_path(at("args"), k), "index"),
              cat("expected 0 to 5, found ", rule.args[k].index), Code::kRange);
    }
  }
}

}  // namespace

void check_seccomp(const Config& config, Diagnostics& out) {
  if (!config.linux || !config.linux->seccomp) return;
  const Seccomp& seccomp = *config.linux->seccomp;
  check_errno(seccomp.default_action, seccomp.default_errno_ret, "linux.seccomp.defaultErrnoRet",
              out);
  const auto is_given = [](const std::optional<std::string>& text) {
    return text && !text->empty();
  };
  if (is_given(seccomp.listener_metadata) && !is_given(seccomp.listener_path)) {
    out.add("linux.seccomp.listenerMetadata", "needs listenerPath; the metadata is sent there",
            Code::kConflict);
  }
  if (!notifies(seccomp)) {
    // config-linux.md#seccomp: without SCMP_ACT_NOTIFY a listenerPath is ignored.
  } else if (!is_given(seccomp.listener_path)) {
    out.add("linux.seccomp.listenerPath", "missing: SCMP_ACT_NOTIFY needs an agent's socket",
            Code::kMissing);
  } else if (!seccomp.listener_path->starts_with('/')) {
    out.add("linux.seccomp.listenerPath",
            cat("expected an absolute path, found \"", *seccomp.listener_path, "\""), Code::kForm);
  }
  for (size_t i = 0; i < seccomp.syscalls.size(); ++i)
    check_rule(seccomp.syscalls[i], i, out);
}

}  // namespace oci::spec
