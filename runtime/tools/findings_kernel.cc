#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <utility>

#include "runtime/sys/file.h"
#include "runtime/tools/findings.h"

namespace oci::tools {
namespace {

constexpr char kPart[] = "kernel";

struct Version {
  int major_number = 0, minor_number = 0;
};

Version version_of(std::string_view release) {
  Version version;
  const char* const end = release.data() + release.size();
  const auto first = std::from_chars(release.data(), end, version.major_number);
  if (first.ec == std::errc() && first.ptr != end) {
    std::from_chars(first.ptr + 1, end, version.minor_number);
  }
  return version;
}

void examine_version(Findings& out) {
  utsname name = {};
  ::uname(&name);
  const Version version = version_of(name.release);
  const bool enough = std::pair(version.major_number, version.minor_number) >= std::pair(5, 14);
  out.push_back({kPart, "Linux", enough ? Health::kGood : Health::kBad, name.release,
                 enough ? "" : "oci-rt needs Linux 5.14 or newer"});
}

// Each call fails for its arguments where it exists. Another filter around this process may answer
// for it.
struct Call {
  std::string_view name;
  long number;
  Health without;  // if it is missing
  std::string_view loss;
};

constexpr Call kCalls[] = {
    {"clone3(2)", SYS_clone3, Health::kBad, "allow it in the filter around this process"},
    {"openat2(2)", SYS_openat2, Health::kBad, "allow it in the filter around this process"},
    {"pidfd_open(2)", SYS_pidfd_open, Health::kBad, "allow it in the filter around this process"},
    {"open_tree(2)", SYS_open_tree, Health::kBad, "allow it in the filter around this process"},
    {"mount_setattr(2)", SYS_mount_setattr, Health::kBad,
     "allow it in the filter around this process"},
    {"open_tree_attr(2)", 467, Health::kGood, ""},
};

bool exists(long number) {
  return ::syscall(number, -1L, -1L, -1L, -1L, -1L, -1L) >= 0 ||
         (errno != ENOSYS && errno != EPERM);
}

void examine_calls(Findings& out) {
  for (const Call& call : kCalls) {
    const bool there = exists(call.number);
    out.push_back({kPart, std::string(call.name), there ? Health::kGood : call.without,
                   there                           ? "yes"
                   : call.without == Health::kGood ? "no, done without"
                                                   : "refused",
                   there ? "" : std::string(call.loss)});
  }
}

void examine_seccomp(Findings& out) {
  const struct {
    std::string_view name;
    uint32_t action;
  } rows[] = {{"seccomp filters", SECCOMP_RET_ERRNO}, {"seccomp agents", SECCOMP_RET_USER_NOTIF}};
  for (const auto& row : rows) {
    const bool there = ::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &row.action) == 0;
    out.push_back(
        {kPart, std::string(row.name), there ? Health::kGood : Health::kLimited,
         there ? "yes" : "no",
         there ? "" : "linux.seccomp cannot be applied; use a kernel with SECCOMP_FILTER"});
  }
}

void examine_namespaces(Findings& out) {
  std::string missing;
  for (const char* const name : {"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"}) {
    if (::access(cat("/proc/self/ns/", name).c_str(), F_OK) == 0) continue;
    missing += cat(missing.empty() ? "" : ", ", name);
  }
  out.push_back({kPart, "namespaces", missing.empty() ? Health::kGood : Health::kLimited,
                 missing.empty() ? "all" : cat("missing: ", missing),
                 missing.empty() ? "" : "leave them out of linux.namespaces"});
}

std::string sysctl(const char* path) {
  const Result<std::string> text = sys::read_file_at(AT_FDCWD, cat("/proc/sys/", path), 4096);
  return text ? text.value().substr(0, text.value().find('\n')) : "";
}

// An ordinary user cannot do without.
void examine_user_namespaces(Findings& out) {
  const Health loss = ::geteuid() == 0 ? Health::kLimited : Health::kBad;
  const struct {
    const char* file;
    std::string_view denies;
    std::string_view cure;
  } rows[] = {
      {"user/max_user_namespaces", "0", "sysctl user.max_user_namespaces=15000"},
      {"kernel/unprivileged_userns_clone", "0", "sysctl kernel.unprivileged_userns_clone=1"},
      {"kernel/apparmor_restrict_unprivileged_userns", "1",
       "add an AppArmor profile with `userns,` for oci-rt, or "
       "sysctl kernel.apparmor_restrict_unprivileged_userns=0"},
  };
  for (const auto& row : rows) {
    if (sysctl(row.file) != row.denies) continue;
    out.push_back({kPart, "user namespaces", loss, cat("/proc/sys/", row.file, " is ", row.denies),
                   std::string(row.cure)});
    return;
  }
  out.push_back({kPart, "user namespaces", Health::kGood, "allowed", ""});
}

}  // namespace

void examine_kernel(Findings& out) {
  examine_version(out);
  examine_calls(out);
  examine_seccomp(out);
  examine_namespaces(out);
  examine_user_namespaces(out);
}

}  // namespace oci::tools
