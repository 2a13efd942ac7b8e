#include "runtime/plan/explain_names.h"

#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <array>
#include <charconv>

#include "runtime/plan/capabilities.h"
#include "spec/error.h"

namespace oci::plan {
namespace {

struct Name {
  uint64_t bits;
  std::string_view name;
};

// clang-format off
constexpr Name kNamespaces[] = {
    {CLONE_NEWUSER, "user"}, {CLONE_NEWCGROUP, "cgroup"}, {CLONE_NEWIPC, "ipc"},
    {CLONE_NEWNS, "mount"},  {CLONE_NEWNET, "network"},   {CLONE_NEWPID, "pid"},
    {CLONE_NEWTIME, "time"}, {CLONE_NEWUTS, "uts"},
};

constexpr Name kAttributes[] = {
    {MOUNT_ATTR_RDONLY, "ro"},         {MOUNT_ATTR_NOSUID, "nosuid"},
    {MOUNT_ATTR_NODEV, "nodev"},       {MOUNT_ATTR_NOEXEC, "noexec"},
    {MOUNT_ATTR_NOATIME, "noatime"},   {MOUNT_ATTR_STRICTATIME, "strictatime"},
    {MOUNT_ATTR_NODIRATIME, "nodiratime"}, {MOUNT_ATTR_NOSYMFOLLOW, "nosymfollow"},
};

constexpr Name kClearedAttributes[] = {
    {MOUNT_ATTR_RDONLY, "rw"},             {MOUNT_ATTR_NOSUID, "suid"},
    {MOUNT_ATTR_NODEV, "dev"},             {MOUNT_ATTR_NOEXEC, "exec"},
    {MOUNT_ATTR_NODIRATIME, "diratime"},   {MOUNT_ATTR_NOSYMFOLLOW, "symfollow"},
};

constexpr Name kPropagationNames[] = {
    {MS_SHARED, "shared"}, {MS_SLAVE, "slave"}, {MS_PRIVATE, "private"}, {MS_UNBINDABLE, "unbindable"},
};

constexpr Name kSeccompFlags[] = {
    {SECCOMP_FILTER_FLAG_TSYNC, "SECCOMP_FILTER_FLAG_TSYNC"},
    {SECCOMP_FILTER_FLAG_LOG, "SECCOMP_FILTER_FLAG_LOG"},
    {SECCOMP_FILTER_FLAG_SPEC_ALLOW, "SECCOMP_FILTER_FLAG_SPEC_ALLOW"},
    {SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"},
};

// Indexed by RLIMIT_*.
constexpr std::string_view kRlimits[] = {
    "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_DATA", "RLIMIT_STACK", "RLIMIT_CORE", "RLIMIT_RSS",
    "RLIMIT_NPROC", "RLIMIT_NOFILE", "RLIMIT_MEMLOCK", "RLIMIT_AS", "RLIMIT_LOCKS",
    "RLIMIT_SIGPENDING", "RLIMIT_MSGQUEUE", "RLIMIT_NICE", "RLIMIT_RTPRIO", "RLIMIT_RTTIME",
};
// clang-format on
static_assert(std::size(kRlimits) == RLIMIT_NLIMITS);

std::vector<std::string_view> names_of(uint64_t bits, std::span<const Name> table) {
  std::vector<std::string_view> names;
  for (const Name& name : table) {
    if ((bits & name.bits) == name.bits) names.push_back(name.name);
  }
  return names;
}

std::string_view name_of(uint64_t bits, std::span<const Name> table) {
  for (const Name& name : table) {
    if (bits == name.bits) return name.name;
  }
  return {};
}

}  // namespace

std::string_view namespace_name(uint64_t clone_flag) {
  return name_of(clone_flag, kNamespaces);
}

std::vector<std::string_view> namespace_names(uint64_t clone_flags) {
  return names_of(clone_flags, kNamespaces);
}

std::vector<std::string_view> attribute_names(uint64_t set, uint64_t clear) {
  auto names = names_of(set, kAttributes);
  // The access time is a field that is always cleared first. Without a bit it is relatime.
  if ((clear & MOUNT_ATTR__ATIME) != 0 && (set & MOUNT_ATTR__ATIME) == 0) {
    names.push_back("relatime");
  }
  return names;
}

std::vector<std::string_view> cleared_attribute_names(uint64_t clear) {
  return names_of(clear, kClearedAttributes);
}

std::string propagation_name(uint64_t propagation, bool recursive) {
  if (propagation == 0) return {};
  return cat(recursive ? "r" : "", name_of(propagation, kPropagationNames));
}

std::vector<std::string_view> capability_set_names(uint64_t set) {
  std::vector<std::string_view> names;
  const auto known = capability_names();
  for (size_t i = 0; i < known.size(); ++i) {
    if ((set >> i & 1) != 0) names.push_back(known[i]);
  }
  return names;
}

std::vector<std::string_view> seccomp_flag_names(uint32_t flags) {
  return names_of(flags, kSeccompFlags);
}

std::string_view rlimit_name(int resource) {
  const auto i = static_cast<size_t>(resource);
  return i < std::size(kRlimits) ? kRlimits[i] : std::string_view("unknown");
}

std::string octal(uint32_t mode) {
  std::array<char, 16> digits{};
  const auto [end, error] = std::to_chars(digits.begin(), digits.end(), mode, 8);
  return cat("0", std::string_view(digits.begin(), end));
}

}  // namespace oci::plan
