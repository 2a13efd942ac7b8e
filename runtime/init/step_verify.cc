// Post-conditions of the process that becomes the program. They run before init reports that it has
// settled, so a failure fails `create` or `exec` before anything of the image has run.
#include <linux/capability.h>
#include <linux/fcntl.h>
#include <linux/magic.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "runtime/init/directory_entry.h"
#include "runtime/init/in_root.h"
#include "runtime/init/steps.h"
#include "runtime/init/text.h"
#include "runtime/init/verify.h"
#include "runtime/wire/namespaces.h"
#include "runtime/wire/syscall.h"

namespace oci::init {
namespace {

using wire::Subject;

constexpr long kEacces = -13;
constexpr int kGetFlags = 1;  // F_GETFD, which only libc's header has
constexpr int kFirstOwn = 3;  // the first descriptor after standard input, output and error

bool ids_are(long get, uint32_t wanted) {
  uint32_t real = ~wanted, effective = ~wanted, saved = ~wanted;
  return sys(get, &real, &effective, &saved) == 0 && real == wanted && effective == wanted &&
         saved == wanted;
}

bool is_among(uint32_t id, const uint32_t* ids, long count) {
  for (long i = 0; i < count; ++i)
    if (ids[i] == id) return true;
  return false;
}

// The kernel sorts them. If there are too many, only their number is compared.
bool groups_are_planned(const InitPlan& plan) {
  if (!plan.set_groups || plan.keep_groups || plan.may_deny_groups) return true;
  constexpr uint32_t kMost = 64;
  uint32_t groups[kMost] = {};
  if (plan.groups.count > kMost) return sys(__NR_getgroups, 0, nullptr) == plan.groups.count;
  const long count = sys(__NR_getgroups, kMost, groups);
  if (count != plan.groups.count) return false;
  for (const uint32_t* id = plan.begin(plan.groups); id != plan.end(plan.groups); ++id)
    if (!is_among(*id, groups, count)) return false;
  return true;
}

// The sets that limit_capabilities_early() has set: loading a filter may require one more for a
// while.
CapabilitySets sets_until_start(const InitPlan& plan) {
  CapabilitySets sets = plan.capabilities;
  if (!plan.seccomp || plan.no_new_privileges) return sets;
  sets.permitted |= uint64_t{1} << CAP_SYS_ADMIN;
  sets.effective |= uint64_t{1} << CAP_SYS_ADMIN;
  sets.ambient = 0;
  return sets;
}

bool capabilities_are(const CapabilitySets& sets) {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  const auto whole = [&data](uint32_t __user_cap_data_struct::*set) {
    return uint64_t{data[1].*set} << 32 | data[0].*set;
  };
  return sys(__NR_capget, &header, data) == 0 &&
         whole(&__user_cap_data_struct::effective) == sets.effective &&
         whole(&__user_cap_data_struct::permitted) == sets.permitted &&
         whole(&__user_cap_data_struct::inheritable) == sets.inheritable;
}

bool each_capability_is(const CapabilitySets& sets, uint32_t last) {
  for (uint32_t capability = 0; capability <= last; ++capability) {
    const long bounding = sys(__NR_prctl, PR_CAPBSET_READ, capability, 0, 0, 0);
    const long ambient = sys(__NR_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, capability, 0, 0);
    // A set may be smaller than planned: init cannot get capabilities that the runtime lacks.
    if (bounding == 1 && (sets.bounding >> capability & 1) == 0) return false;
    if (ambient != static_cast<long>(sets.ambient >> capability & 1)) return false;
  }
  return true;
}

bool umask_is(const Context& context) {
  const long wanted = context.plan.umask >= 0 ? context.plan.umask : context.callers_umask;
  return sys(__NR_umask, wanted) == wanted;
}

bool stands_in_working_directory(const Context& context) {
  const InitPlan& plan = context.plan;
  const Fd here(sys(__NR_openat, AT_FDCWD, ".", O_PATH | O_CLOEXEC));
  const Fd wanted(open_in_root(context.root_fd, plan.text(plan.cwd), O_PATH, Links::kFollowInside));
  return wanted.get() == kEacces ||
         (here.ok() && wanted.ok() && same_place(here.get(), wanted.get()) == Answer::kYes);
}

// No signal is blocked or ignored.
bool signals_are_default() {
  uint64_t blocked = ~uint64_t{0};
  sys(__NR_rt_sigprocmask, SIG_BLOCK, nullptr, &blocked, sizeof blocked);
  if (blocked != 0) return false;
  constexpr int kLast = 64;
  for (int signal = 1; signal <= kLast; ++signal) {
    struct {
      uintptr_t handler;
      unsigned long flags;
      uintptr_t restorer;
      uint64_t mask;
    } found = {1, 0, 0, 0};
    sys(__NR_rt_sigaction, signal, nullptr, &found, sizeof found.mask);
    if (found.handler != 0) return false;
  }
  return true;
}

bool is_preserved(const InitPlan& plan, int fd) {
  for (const int32_t* at = plan.begin(plan.preserved); at != plan.end(plan.preserved); ++at)
    if (*at == fd) return true;
  return false;
}

// The number of an entry in a directory of descriptors. -1: "." or "..".
int number_of(const char* name) {
  int number = 0;
  for (; *name != '\0'; ++name) {
    if (*name < '0' || *name > '9') return -1;
    number = number * 10 + (*name - '0');
  }
  return number;
}

// execve(2) closes all descriptors that the caller did not ask to keep (CVE-2024-21626).
bool descriptors_close(const Context& context) {
  alignas(DirectoryEntry) char buffer[2048] = {};
  const int proc = context.own_proc_fd;
  const Fd list(sys(__NR_openat, proc, "self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (;;) {
    const long got = sys(__NR_getdents64, list.get(), buffer, sizeof buffer);
    if (got <= 0) return got == 0;
    for (long at = 0; at < got;) {
      const auto* entry = reinterpret_cast<const DirectoryEntry*>(buffer + at);
      at += entry->d_reclen;
      const int fd = number_of(entry->d_name);
      if (fd < kFirstOwn || is_preserved(context.plan, fd)) continue;
      if (sys(__NR_fcntl, fd, kGetFlags) == 0) return false;
    }
  }
}

Fault verify_inherited_state(const Context& context) {
  const InitPlan& plan = context.plan;
  if (plan.personality != kCallersPersonality) {
    const bool is = sys(__NR_personality, kCallersPersonality) == long{plan.personality};
    if (Fault f = demand(is, Subject::kPersonality, "personality")) return f;
  }
  if (plan.memory_policy > 0) {
    int mode = 0;
    const long rc = sys(__NR_get_mempolicy, &mode, nullptr, 0, nullptr, 0);
    if (Fault f = demand(rc == 0 && mode != 0, Subject::kMemoryPolicy, "memory policy")) return f;
  }
  if (Fault f = demand(signals_are_default(), Subject::kNone, "signals")) return f;
  return demand(descriptors_close(context), Subject::kNone, "open descriptors");
}

Fault verify_process_fully(const Context& context) {
  const InitPlan& plan = context.plan;
  const CapabilitySets sets = sets_until_start(plan);
  if (Fault f = demand(each_capability_is(sets, plan.last_capability), Subject::kCapabilities,
                       "bounding, ambient"))
    return f;
  if (Fault f = demand(umask_is(context), Subject::kUser, "umask")) return f;
  if (plan.cwd) {
    const bool there = stands_in_working_directory(context);
    if (Fault f = demand(there, Subject::kCwd, plan.text(plan.cwd))) return f;
  }
  // The last clone starts its own session: step_last_clone.cc.
  const bool leads = plan.clones_last || sys(__NR_getsid, 0) == sys(__NR_getpid);
  if (Fault f = demand(leads, Subject::kNone, "session")) return f;
  // Other processes that share the container could trace it while it waits.
  if (Fault f =
          demand(sys(__NR_prctl, PR_GET_DUMPABLE, 0, 0, 0, 0) == 0, Subject::kNone, "dumpable"))
    return f;
  // `create` checks them before its hooks.
  if (plan.exec) {
    if (Fault f = verify_namespaces(context)) return f;
  }
  return verify_inherited_state(context);
}

}  // namespace

// The caller's procfs shows this process wherever it goes. It is opened while "/" is still the
// caller's, so neither an image nor a joined mount namespace can tamper with it.
Fault prepare_to_verify(Context& context) {
  if (context.plan.verify != Verify::kFull) return {};
  context.own_proc_fd =
      static_cast<int>(sys(__NR_openat, AT_FDCWD, "/proc", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (Fault f = check(context.own_proc_fd, Subject::kNone, "/proc")) return f;
  const uint64_t filesystem = filesystem_of(context.own_proc_fd);
  if (filesystem == PROC_SUPER_MAGIC) return {};
  if (filesystem == 0) return refuse(kNoStatfs, Subject::kNone, "/proc");
  return refuse("is not a procfs, which --verify=full takes", Subject::kNone, "/proc");
}

Fault verify_namespaces(const Context& context) {
  const InitPlan& plan = context.plan;
  for (int i = 0; i < kNamespaceTypes; ++i) {
    const ExpectedNamespace& expected = plan.namespaces[i];
    const NamespaceKind& kind = kNamespaceKinds[i];
    if (expected.inode == 0) continue;
    char path[64];
    const char* const end = path + sizeof path;
    char* rest = append(append(path, end, "self/ns/"), end, kind.name);
    // A joined pid namespace applies to the children: step_last_clone.cc.
    if (plan.clones_last && kind.type == CLONE_NEWPID) append(rest, end, "_for_children");
    struct statx found = {};
    const long rc = sys(__NR_statx, context.own_proc_fd, path, 0, STATX_INO, &found);
    const bool same = found.stx_ino == expected.inode &&
                      found.stx_dev_major == expected.device_major &&
                      found.stx_dev_minor == expected.device_minor;
    const bool as_planned = rc >= 0 && same != expected.is_new;
    if (Fault f = demand(as_planned, Subject::kNamespace, kind.name)) return f;
  }
  return {};
}

// The last check before a filter or the last clone: four or five system calls, except with `full`.
Fault verify_process(Context& context) {
  const InitPlan& plan = context.plan;
  if (plan.verify == Verify::kOff) return {};
  if (Fault f = demand(ids_are(__NR_getresuid, plan.uid), Subject::kUser, "uid")) return f;
  if (Fault f = demand(ids_are(__NR_getresgid, plan.gid), Subject::kUser, "gid")) return f;
  if (Fault f = demand(groups_are_planned(plan), Subject::kUser, "additionalGids")) return f;
  const bool limited = capabilities_are(sets_until_start(plan));
  if (Fault f = demand(limited, Subject::kCapabilities, "effective, permitted, inheritable"))
    return f;
  const bool none_new =
      !plan.no_new_privileges || sys(__NR_prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
  if (Fault f = demand(none_new, Subject::kNone, "process.noNewPrivileges")) return f;
  if (Fault f =
          demand(!plan.cwd || context.in_working_directory, Subject::kCwd, plan.text(plan.cwd)))
    return f;
  if (plan.verify != Verify::kFull) return {};
  if (Fault f = verify_process_fully(context)) return f;
  sys(__NR_close, context.own_proc_fd);
  return {};
}

// Checks the result of arrange_descriptors(). Under a filter these calls may be refused.
Fault verify_descriptors(Context& context) {
  const InitPlan& plan = context.plan;
  if (plan.verify == Verify::kOff || context.filtered) return {};
  for (const int32_t* fd = plan.begin(plan.preserved); fd != plan.end(plan.preserved); ++fd) {
    const bool stays_open = sys(__NR_fcntl, *fd, kGetFlags) == 0;
    if (Fault f = demand(stays_open, Subject::kNone, "descriptors of --preserve-fds")) return f;
  }
  return {};
}

// Catches a filter that was never loaded. The runtime knows whether the filter allows the query. If
// not, the success of the loading call has to be enough.
Fault verify_filter(const Context& context) {
  const InitPlan& plan = context.plan;
  if (plan.verify == Verify::kOff || !plan.seccomp) return {};
  const bool loaded =
      context.filtered &&
      (!context.tells_mode || sys(__NR_prctl, PR_GET_SECCOMP, 0, 0, 0, 0) == SECCOMP_MODE_FILTER);
  return demand(loaded, Subject::kSeccomp, "filter");
}

}  // namespace oci::init
