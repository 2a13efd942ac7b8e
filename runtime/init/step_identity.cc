// The identity of the container's process: groups, ids, capabilities, no_new_privs.
#include <linux/capability.h>
#include <linux/fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "runtime/init/in_root.h"
#include "runtime/init/steps.h"
#include "runtime/init/text.h"
#include "runtime/wire/syscall.h"

namespace oci::init {
namespace {

using wire::Subject;

constexpr long kEacces = -13;

// A program with another user must be able to reopen /dev/stdout. Files, devices and terminals of
// the caller keep their owner: the owner of the caller's terminal can read its input.
void chown_stdio(const InitPlan& plan) {
  for (int fd = 0; fd < 3; ++fd) {
    FileFacts facts;
    if (look(fd, facts) < 0 || facts.uid == plan.uid) continue;
    const bool own_terminal = plan.terminal && facts.type == S_IFCHR;
    if (facts.type != S_IFIFO && facts.type != S_IFSOCK && !own_terminal) continue;
    // Some files cannot change their owner, and most programs do not need it.
    sys(__NR_fchown, fd, plan.uid, -1);
  }
}

long set_capabilities(const CapabilitySets& sets) {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {
      {static_cast<uint32_t>(sets.effective), static_cast<uint32_t>(sets.permitted),
       static_cast<uint32_t>(sets.inheritable)},
      {static_cast<uint32_t>(sets.effective >> 32), static_cast<uint32_t>(sets.permitted >> 32),
       static_cast<uint32_t>(sets.inheritable >> 32)}};
  return sys(__NR_capset, &header, data);
}

// Makes all permitted capabilities effective again: changing the uid cleared the effective set.
long regain_capabilities() {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  const long rc = sys(__NR_capget, &header, data);
  if (rc < 0) return rc;
  for (auto& half : data)
    half.effective = half.permitted;
  return sys(__NR_capset, &header, data);
}

Fault limit(Context& context) {
  const InitPlan& plan = context.plan;
  return check(apply_capabilities(plan.capabilities, plan.last_capability), Subject::kCapabilities,
               "capabilities");
}

// Loading a filter requires no_new_privs or CAP_SYS_ADMIN: seccomp(2).
bool filter_needs_privilege(const InitPlan& plan) {
  return plan.seccomp && !plan.no_new_privileges;
}

// user_namespaces(7): if setgroups(2) is denied, a process keeps the groups that it came with. The
// groups of an ordinary user are not mapped inside.
Fault set_groups(const InitPlan& plan) {
  if (!plan.set_groups || plan.keep_groups) return {};
  constexpr long kEperm = -1;
  const long rc = sys(__NR_setgroups, plan.groups.count, plan.begin(plan.groups));
  if (rc != kEperm || !plan.may_deny_groups) return check(rc, Subject::kUser, "additionalGids");
  if (plan.groups.count == 0) return {};
  return refuse("the joined user namespace denies setgroups(2): leave them out", Subject::kUser,
                "additionalGids");
}

// verify_process() reads all of them back, also those that are left alone.
Fault set_ids(const InitPlan& plan) {
  if (plan.has_ids) return {};
  const long gid = sys(__NR_setresgid, plan.gid, plan.gid, plan.gid);
  if (Fault fault = check(gid, Subject::kUser, "gid")) return fault;
  return check(sys(__NR_setresuid, plan.uid, plan.uid, plan.uid), Subject::kUser, "uid");
}

}  // namespace

long apply_capabilities(const CapabilitySets& sets, uint32_t last_capability) {
  const long rc = set_capabilities(sets);
  if (rc < 0 || sets.ambient == 0) return rc;
  for (uint32_t capability = 0; capability <= last_capability; ++capability) {
    if ((sets.ambient >> capability & 1) == 0) continue;
    const long raised = sys(__NR_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0);
    if (raised < 0) return raised;
  }
  return 0;
}

// Created by root of the container with mode 0755, whatever the user of the program. If root is
// refused, the user creates it later.
Fault make_working_directory(Context& context) {
  const char* cwd = context.plan.text(context.plan.cwd);
  if (!context.plan.cwd || equal(cwd, "/")) return {};
  const Fd made(make_directory(context.root_fd, cwd, Links::kFollowInside));
  return made.get() == kEacces ? Fault{} : check(made.get(), Subject::kCwd, cwd);
}

// Some filesystems refuse root but not the user (a root-squashed NFS export), so this step runs
// twice.
Fault enter_working_directory(Context& context) {
  const InitPlan& plan = context.plan;
  if (!plan.cwd || context.in_working_directory) return {};
  const char* cwd = plan.text(plan.cwd);
  if (equal(cwd, "/")) {  // pivot() and enter_root() have left the process there
    context.in_working_directory = true;
    return {};
  }
  const bool may_try_again = !context.is_user;
  // Magic links are refused: CVE-2024-21626 used a cwd of /proc/self/fd/N. exec does not create the
  // directory: a typing error of the caller would stay in the root filesystem.
  const Fd directory(
      plan.exec || may_try_again
          ? open_in_root(context.root_fd, cwd, O_PATH | O_DIRECTORY, Links::kFollowInside)
          : make_directory(context.root_fd, cwd, Links::kFollowInside));
  if (directory.get() == kEacces && may_try_again) return {};
  if (Fault fault = check(directory.get(), Subject::kCwd, cwd)) return fault;
  const long entered = sys(__NR_fchdir, directory.get());
  if (entered == kEacces && may_try_again) return {};
  if (Fault fault = check(entered, Subject::kCwd, cwd)) return fault;
  char name[4096];
  name[0] = '\0';
  const long rc = sys(__NR_getcwd, name, sizeof name);
  if (Fault fault = check(rc, Subject::kCwd, cwd)) return fault;
  if (name[0] != '/') return refuse("is outside of the container", Subject::kCwd, cwd);
  context.in_working_directory = true;
  return {};
}

Fault change_user(Context& context) {
  const InitPlan& plan = context.plan;
  chown_stdio(plan);
  // The bounding set takes CAP_SETPCAP, which goes away with the user.
  for (uint32_t capability = 0; capability <= plan.last_capability; ++capability) {
    if ((plan.capabilities.bounding >> capability & 1) != 0) continue;
    const long rc = sys(__NR_prctl, PR_CAPBSET_DROP, capability, 0, 0, 0);
    if (Fault fault = check(rc, Subject::kCapabilities, "bounding set")) return fault;
  }
  // Capabilities go only with root, and come back only after it.
  const bool leaves_root = plan.uid != 0;
  if (leaves_root) sys(__NR_prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0);
  if (Fault fault = set_groups(plan)) return fault;
  if (Fault fault = set_ids(plan)) return fault;
  if (leaves_root) {
    sys(__NR_prctl, PR_SET_KEEPCAPS, 0, 0, 0, 0);
    if (Fault fault = check(regain_capabilities(), Subject::kCapabilities, "capabilities")) {
      return fault;
    }
  }
  if (plan.uid == ~0U || plan.gid == ~0U) {
    return refuse("4294967295 is no id", Subject::kUser, "uid, gid");
  }
  context.is_user = true;
  sys(__NR_umask, plan.umask >= 0 ? plan.umask : context.callers_umask);
  if (!plan.no_new_privileges) return {};
  return check(sys(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), Subject::kNone,
               "process.noNewPrivileges");
}

// While init waits for `start`, it has only the privileges that it still needs, and other processes
// may not trace it. Changing the ids made it dumpable again; nothing else here does: prctl(2),
// PR_SET_DUMPABLE. detach_from_caller() made it undumpable, and no capability is gained since.
Fault limit_capabilities_early(Context& context) {
  const InitPlan& plan = context.plan;
  if (!plan.has_ids) {
    if (Fault fault = set_dumpable(false)) return fault;
  }
  // Init inherits the caller's ambient capabilities. Without inheritable ones none are left:
  // capabilities(7).
  if (plan.capabilities.inheritable != 0) {
    const long rc = sys(__NR_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (Fault fault = check(rc, Subject::kCapabilities, "ambient")) return fault;
  }
  if (!filter_needs_privilege(plan)) return limit(context);
  CapabilitySets sets = plan.capabilities;
  sets.permitted |= uint64_t{1} << CAP_SYS_ADMIN;
  sets.effective |= uint64_t{1} << CAP_SYS_ADMIN;
  sets.ambient = 0;
  return check(apply_capabilities(sets, plan.last_capability), Subject::kCapabilities,
               "capabilities");
}

Fault limit_capabilities_filtered(Context& context) {
  return context.filtered ? limit_capabilities_late(context) : Fault{};
}

Fault limit_capabilities_late(Context& context) {
  if (context.limited || !filter_needs_privilege(context.plan)) return {};
  context.limited = true;
  return limit(context);
}

}  // namespace oci::init
