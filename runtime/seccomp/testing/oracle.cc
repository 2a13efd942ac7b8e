#include "runtime/seccomp/testing/oracle.h"

#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

#include "third_party/libseccomp.h"

namespace oci::seccomp {
namespace {

using spec::SeccompAction;
using spec::SeccompOperator;

scmp_arg_cmp condition(const spec::SeccompArg& arg) {
  constexpr scmp_compare kOperators[] = {SCMP_CMP_NE, SCMP_CMP_LT, SCMP_CMP_LE,       SCMP_CMP_EQ,
                                         SCMP_CMP_GE, SCMP_CMP_GT, SCMP_CMP_MASKED_EQ};
  static_assert(static_cast<int>(SeccompOperator::kMaskedEqual) == 6);
  return {arg.index, kOperators[static_cast<size_t>(arg.op)], arg.value, arg.value_two};
}

bool add(scmp_filter_ctx context, const spec::SeccompSyscall& rule, const std::string& name) {
  const int number = seccomp_syscall_resolve_name(name.c_str());
  if (number == __NR_SCMP_ERROR) return true;
  const uint32_t action = oracle_action(rule.action, rule.errno_ret);
  std::vector<scmp_arg_cmp> conditions;
  std::array<int, 6> seen{};
  bool alternatives = false;
  for (const spec::SeccompArg& arg : rule.args) {
    conditions.push_back(condition(arg));
    alternatives |= ++seen.at(arg.index) > 1;
  }
  if (!alternatives) {
    return seccomp_rule_add_array(context, action, number, static_cast<unsigned>(conditions.size()),
                                  conditions.data()) == 0;
  }
  for (const scmp_arg_cmp& one : conditions) {
    if (seccomp_rule_add_array(context, action, number, 1, &one) != 0) return false;
  }
  return true;
}

bool fill(scmp_filter_ctx context, const spec::Seccomp& profile) {
  for (const std::string& name : profile.architectures) {
    std::string lower = name.substr(sizeof("SCMP_ARCH_") - 1);
    for (char& letter : lower) {
      if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter + 'a' - 'A');
    }
    const int error = seccomp_arch_add(context, seccomp_arch_resolve_name(lower.c_str()));
    if (error != 0 && error != -EEXIST) return false;
  }
  const uint32_t otherwise = oracle_action(profile.default_action, profile.default_errno_ret);
  for (const spec::SeccompSyscall& rule : profile.syscalls) {
    if (oracle_action(rule.action, rule.errno_ret) == otherwise) continue;
    for (const std::string& name : rule.names) {
      if (!add(context, rule, name)) return false;
    }
  }
  return true;
}

}  // namespace

uint32_t oracle_action(SeccompAction action, std::optional<uint32_t> errno_ret) {
  const uint32_t data = errno_ret.value_or(EPERM);
  switch (action) {
    case SeccompAction::kKill:
    case SeccompAction::kKillThread:
      return SCMP_ACT_KILL_THREAD;
    case SeccompAction::kKillProcess:
      return SCMP_ACT_KILL_PROCESS;
    case SeccompAction::kTrap:
      return SCMP_ACT_TRAP;
    case SeccompAction::kErrno:
      return SCMP_ACT_ERRNO(data);
    case SeccompAction::kTrace:
      return SCMP_ACT_TRACE(data);
    case SeccompAction::kLog:
      return SCMP_ACT_LOG;
    default:
      return SCMP_ACT_ALLOW;
  }
}

// In a child process: libseccomp 2.5 never finishes with some profiles.
std::optional<std::vector<sock_filter>> oracle_filter(const spec::Seccomp& profile) {
  constexpr itimerval kDeadline = {{}, {0, 500000}};
  std::optional<std::vector<sock_filter>> filter;
  const int fd = memfd_create("oracle", MFD_CLOEXEC);
  const pid_t child = fork();
  if (child == 0) {
    setitimer(ITIMER_VIRTUAL, &kDeadline, nullptr);
    const scmp_filter_ctx context =
        seccomp_init(oracle_action(profile.default_action, profile.default_errno_ret));
    _exit(fill(context, profile) && seccomp_export_bpf(context, fd) == 0 ? 0 : 1);
  }
  int status = 0;
  if (child > 0 && waitpid(child, &status, 0) == child && status == 0) {
    filter.emplace(static_cast<size_t>(lseek(fd, 0, SEEK_END)) / sizeof(sock_filter));
    const size_t bytes = filter->size() * sizeof(sock_filter);
    if (pread(fd, filter->data(), bytes, 0) != static_cast<ssize_t>(bytes)) filter.reset();
  }
  close(fd);
  return filter;
}

}  // namespace oci::seccomp
