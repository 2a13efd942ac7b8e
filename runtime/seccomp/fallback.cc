#include "runtime/seccomp/fallback.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "third_party/libseccomp.h"

namespace oci::seccomp {
namespace {

constexpr size_t kTreePays = 32;  // libseccomp 2.5 builds a wrong tree without rules

using Context = std::unique_ptr<void, decltype(&seccomp_release)>;

class Memfd {
  // MFD_NOEXEC_SEAL: the sysctl vm.memfd_noexec may allow no other.
  static constexpr unsigned kNeverExecuted = 8;

 public:
  Memfd() : fd_(memfd_create("seccomp", MFD_CLOEXEC | kNeverExecuted)) {
    if (fd_ < 0 && errno == EINVAL) fd_ = memfd_create("seccomp", MFD_CLOEXEC);  // before Linux 6.3
  }
  Memfd(const Memfd&) = delete;
  Memfd& operator=(const Memfd&) = delete;
  ~Memfd() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

// SCMP_ARCH_*. 0: unknown to libseccomp.
uint32_t token_of(const std::string& architecture) {
  if (const Abi* abi = find_abi(architecture)) return abi->scmp;
  constexpr std::string_view kPrefix = "SCMP_ARCH_";
  if (!architecture.starts_with(kPrefix)) return 0;
  std::string name = architecture.substr(kPrefix.size());
  if (name == "NATIVE") return seccomp_arch_native();
  std::ranges::transform(name, name.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  return seccomp_arch_resolve_name(name.c_str());
}

Status add_architectures(void* context, const std::vector<std::string>& architectures) {
  for (size_t i = 0; i < architectures.size(); ++i) {
    const auto refuse = [&](std::string_view why) {
      return Error(ErrorKind::kUnsupported, Property{cat("linux.seccomp.architectures[", i, "]")},
                   cat(architectures[i], " ", why));
    };
    const uint32_t token = token_of(architectures[i]);
    if (token == 0) return refuse("is unknown to libseccomp");
    const int error = -seccomp_arch_add(context, token);
    if (error == EDOM) return refuse("has another byte order than this machine");
    if (error != 0 && error != EEXIST) return refuse("is refused by libseccomp");
  }
  return {};
}

scmp_compare compare_of(const Condition& one) {
  switch (one.compare) {
    case Compare::kEqual:
      return one.mask == ~uint64_t{0} ? SCMP_CMP_EQ : SCMP_CMP_MASKED_EQ;
    case Compare::kNotEqual:
      return SCMP_CMP_NE;
    case Compare::kLess:
      return SCMP_CMP_LT;
    case Compare::kLessEqual:
      return SCMP_CMP_LE;
    case Compare::kGreater:
      return SCMP_CMP_GT;
    case Compare::kGreaterEqual:
      break;
  }
  return SCMP_CMP_GE;
}

Status add_rule(void* context, const Rule& rule, const std::string& name) {
  const int number = seccomp_syscall_resolve_name(name.c_str());
  if (number == __NR_SCMP_ERROR) return {};
  scmp_arg_cmp conditions[kArguments] = {};
  for (size_t i = 0; i < rule.count; ++i) {
    const Condition& one = rule.conditions[i];
    const scmp_compare compare = compare_of(one);
    const bool masked = compare == SCMP_CMP_MASKED_EQ;
    conditions[i] = {one.argument, compare, masked ? one.mask : one.value, masked ? one.value : 0};
  }
  const int error = -seccomp_rule_add_array(context, rule.action, number, rule.count, conditions);
  if (error == 0) return {};
  if (error == EEXIST) {
    return Error(ErrorKind::kUnsupported, Property{"linux.seccomp.syscalls"},
                 cat("rules for '", name, "' contradict each other on the same arguments"));
  }
  return Error(ErrorKind::kUnsupported, Property{"linux.seccomp.syscalls"},
               cat("a rule for '", name, "' is refused by libseccomp, code ", error));
}

Result<std::vector<sock_filter>> export_filter(void* context) {
  const Memfd memfd;
  if (memfd.get() < 0) return Error::system(errno, "make a memory file for the seccomp filter");
  if (const int error = -seccomp_export_bpf(context, memfd.get()); error != 0) {
    return Error(ErrorKind::kUnsupported, Property{"linux.seccomp"},
                 cat("too large for libseccomp, code ", error));
  }
  const off_t size = lseek(memfd.get(), 0, SEEK_END);
  std::vector<sock_filter> filter(static_cast<size_t>(std::max<off_t>(size, 0)) /
                                  sizeof(sock_filter));
  const size_t bytes = filter.size() * sizeof(sock_filter);
  if (pread(memfd.get(), filter.data(), bytes, 0) != static_cast<ssize_t>(bytes)) {
    return Error::system(errno, "read the seccomp filter");
  }
  return filter;
}

}  // namespace

Result<std::vector<sock_filter>> libseccomp_filter(const Rules& rules,
                                                   const std::vector<std::string>& architectures) {
  const Context context(seccomp_init(rules.default_action), &seccomp_release);
  if (context == nullptr) {
    return Error(ErrorKind::kUnsupported, Property{"linux.seccomp.defaultAction"},
                 "this kernel does not know the action");
  }
  OCI_TRY(add_architectures(context.get(), architectures));
  if (rules.entries.size() > kTreePays) {
    static_cast<void>(seccomp_attr_set(context.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2));
  }
  for (const Entry& entry : rules.entries) {
    OCI_TRY(add_rule(context.get(), rules.rules[entry.rule], std::string(name_of(*entry.name))));
  }
  return export_filter(context.get());
}

std::vector<NewestCall> newest_calls(const Rules& rules,
                                     const std::vector<std::string>& architectures) {
  std::vector<uint32_t> tokens = {seccomp_arch_native()};
  for (const std::string& architecture : architectures) {
    const uint32_t token = token_of(architecture);
    if (std::ranges::find(tokens, token) == tokens.end()) tokens.push_back(token);
  }
  std::vector<NewestCall> all;
  for (const uint32_t token : tokens) {
    const bool is_x32 = token == kX32Token;
    const uint32_t bit = is_x32 ? kX32Bit : 0;
    NewestCall newest{is_x32 ? uint32_t{AUDIT_ARCH_X86_64} : token, bit, 0};
    for (const Row* row : rules.named) {
      const std::string name(name_of(*row));
      const int number = seccomp_syscall_resolve_name_arch(token, name.c_str());
      if (number < 0) continue;  // a pseudo number, or of another architecture
      newest.number = std::max(newest.number, static_cast<uint32_t>(number) & ~bit);
    }
    if (newest.number != 0) all.push_back(newest);
  }
  return all;
}

}  // namespace oci::seccomp
