// Post-conditions: what the kernel says there is, against what was planned. Before the runtime
// hears that init has settled, so that `create` fails, and nothing of the image has run.
#include <asm/statfs.h>
#include <linux/capability.h>
#include <linux/fcntl.h>
#include <linux/if.h>
#include <linux/utsname.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "runtime/init/in_root.h"
#include "runtime/init/mount_api.h"
#include "runtime/init/steps.h"
#include "runtime/init/syscall.h"
#include "runtime/init/text.h"

namespace oci::init {
namespace {

using sync::Subject;

constexpr long kEacces = -13, kEnoent = -2, kEnotdir = -20;
constexpr uint64_t kTmpfsMagic = 0x01021994;

// One thing that is not as it was planned.
Fault differs(Subject subject, const char* what, uint16_t index = sync::kNoIndex) {
  return refuse("is not so when it is read back; report it, or go on with --verify=off", subject,
                what, index);
}
Fault demand(bool holds, Subject subject, const char* what, uint16_t index = sync::kNoIndex) {
  return holds ? Fault{} : differs(subject, what, index);
}

// ---- the process

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

// The kernel sorts them. Of more than fit only the number is compared.
bool groups_are_planned(const Plan& plan) {
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

// As limit_capabilities_early() leaves them: loading a filter may take one more, for a while.
CapabilitySets sets_until_start(const Plan& plan) {
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
    // What the runtime itself lacks cannot be had; a set may only be smaller.
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
  const Plan& plan = context.plan;
  const Fd here(sys(__NR_openat, AT_FDCWD, ".", O_PATH | O_CLOEXEC));
  const Fd wanted(open_in_root(context.root_fd, plan.text(plan.cwd), O_PATH, Links::kFollowInside));
  return wanted.get() == kEacces ||
         (here.ok() && wanted.ok() && same_place(here.get(), wanted.get()) == Answer::kYes);
}

Fault verify_identity_wholly(const Context& context) {
  const Plan& plan = context.plan;
  const CapabilitySets sets = sets_until_start(plan);
  if (Fault f = demand(each_capability_is(sets, plan.last_capability), Subject::kCapabilities,
                       "bounding, ambient"))
    return f;
  if (Fault f = demand(umask_is(context), Subject::kUser, "umask")) return f;
  if (plan.cwd) {
    const bool there = stands_in_working_directory(context);
    if (Fault f = demand(there, Subject::kCwd, plan.text(plan.cwd))) return f;
  }
  // The last clone begins its own: step_last_clone.cc.
  const bool leads = plan.clones_last || sys(__NR_getsid, 0) == sys(__NR_getpid);
  if (Fault f = demand(leads, Subject::kNone, "session")) return f;
  // Whoever shares the container could trace it while it waits.
  if (Fault f =
          demand(sys(__NR_prctl, PR_GET_DUMPABLE, 0, 0, 0, 0) == 0, Subject::kNone, "dumpable"))
    return f;
  if (plan.personality != kCallersPersonality) {
    const bool is = sys(__NR_personality, kCallersPersonality) == long{plan.personality};
    if (Fault f = demand(is, Subject::kPersonality, "personality")) return f;
  }
  if (plan.memory_policy > 0) {
    int mode = 0;
    const long rc = sys(__NR_get_mempolicy, &mode, nullptr, 0, nullptr, 0);
    if (Fault f = demand(rc == 0 && mode != 0, Subject::kMemoryPolicy, "memory policy")) return f;
  }
  return {};
}

// ---- the root

uint64_t mount_flags(int fd) {
  struct statfs found = {};
  return sys(__NR_fstatfs, fd, &found) < 0 ? 0 : static_cast<uint64_t>(found.f_flags);
}

// MOUNT_ATTR_* as statfs(2) tells them.
struct FlagName {
  uint64_t attribute, flag;
};
constexpr FlagName kFlagNames[] = {
    {MOUNT_ATTR_RDONLY, 0x1}, {MOUNT_ATTR_NOSUID, 0x2},       {MOUNT_ATTR_NODEV, 0x4},
    {MOUNT_ATTR_NOEXEC, 0x8}, {MOUNT_ATTR_NODIRATIME, 0x800}, {MOUNT_ATTR_NOSYMFOLLOW, 0x2000}};

bool has_attributes(int fd, uint64_t wanted) {
  const uint64_t flags = mount_flags(fd);
  for (const FlagName& name : kFlagNames)
    if ((wanted & name.attribute) != 0 && (flags & name.flag) == 0) return false;
  return true;
}

// Whether what lies at `path` by now was put there, or above it, by something of `cover`.
bool is_covered(const char* path, const char* cover) {
  if (!starts_with(path, cover)) return false;
  const char next = path[length(cover)];
  return next == '\0' || next == '/' || equal(cover, "/");
}

bool is_covered_later(const Plan& plan, const MountOp* op) {
  const char* target = plan.text(op->target);
  for (const MountOp* later = op + 1; later < plan.end(plan.mounts); ++later)
    if (is_covered(target, plan.text(later->target))) return true;
  for (const PathOp* mask = plan.begin(plan.masked_paths); mask != plan.end(plan.masked_paths);
       ++mask)
    if (is_covered(target, plan.text(mask->path))) return true;
  return false;
}

Fault verify_mounts(const Context& context) {
  const Plan& plan = context.plan;
  for (const MountOp* op = plan.begin(plan.mounts); op != plan.end(plan.mounts); ++op) {
    const bool is_link = op->copy_symlink || op->source_nofollow || op->target_nofollow;
    if (is_link || is_covered_later(plan, op)) continue;
    const char* path = plan.text(op->target);
    const Fd target(open_in_root(context.root_fd, path, O_PATH, Links::kFollowInside));
    if (target.get() == kEacces) continue;  // root of a user namespace may not walk there
    const bool there = target.ok() && is_root_of_mount(target.get()) == Answer::kYes;
    if (Fault f = demand(there, Subject::kMountTarget, path, op->index)) return f;
    const bool as_planned = has_attributes(target.get(), op->attr_set | op->tree_set);
    if (Fault f = demand(as_planned, Subject::kMountOptions, path, op->index)) return f;
  }
  return {};
}

// False: there is nothing to be covered, or nobody can get there.
bool opens(const Context& context, const char* path, Fd& found) {
  found.reset(open_in_root(context.root_fd, path, O_PATH, Links::kFollowInside));
  return found.get() != kEnoent && found.get() != kEnotdir && found.get() != kEacces;
}

bool is_mask(const Fd& found) {
  FileFacts facts;
  if (!found.ok() || is_root_of_mount(found.get()) != Answer::kYes || look(found.get(), facts) < 0)
    return false;
  if (!has_attributes(found.get(), MOUNT_ATTR_RDONLY)) return false;
  if (facts.type == S_IFDIR) return filesystem_of(found.get()) == kTmpfsMagic;
  return facts.type == S_IFCHR && facts.major == 1 && facts.minor == 3;
}

Fault verify_paths(const Context& context) {
  const Plan& plan = context.plan;
  Fd found;
  for (const PathOp* op = plan.begin(plan.masked_paths); op != plan.end(plan.masked_paths); ++op) {
    const char* path = plan.text(op->path);
    if (!opens(context, path, found)) continue;
    if (Fault f = demand(is_mask(found), Subject::kMaskedPath, path, op->index)) return f;
  }
  for (const PathOp* op = plan.begin(plan.readonly_paths); op != plan.end(plan.readonly_paths);
       ++op) {
    const char* path = plan.text(op->path);
    if (!opens(context, path, found)) continue;
    const bool readonly = found.ok() && has_attributes(found.get(), MOUNT_ATTR_RDONLY);
    if (Fault f = demand(readonly, Subject::kReadonlyPath, path, op->index)) return f;
  }
  return {};
}

Fault verify_devices(const Context& context) {
  const Plan& plan = context.plan;
  for (const DeviceOp* op = plan.begin(plan.devices); op != plan.end(plan.devices); ++op) {
    const char* path = plan.text(op->path);
    const Fd found(open_in_root(context.root_fd, path, O_PATH | O_NOFOLLOW, Links::kFollowInside));
    if (found.get() == kEacces) continue;
    FileFacts facts;
    const bool same =
        look(found.get(), facts) >= 0 && facts.type == (op->mode & S_IFMT) &&
        (facts.type == S_IFIFO || (facts.major == op->major && facts.minor == op->minor));
    if (Fault f = demand(same, Subject::kDevice, path, op->index)) return f;
  }
  return {};
}

Fault verify_names(const Plan& plan) {
  new_utsname names = {};
  sys(__NR_uname, &names);
  const bool host = !plan.hostname || equal(names.nodename, plan.text(plan.hostname));
  if (Fault f = demand(host, Subject::kNone, "hostname")) return f;
  const bool domain = !plan.domainname || equal(names.domainname, plan.text(plan.domainname));
  return demand(domain, Subject::kNone, "domainname");
}

Fault verify_loopback(const Plan& plan) {
  if (!plan.new_network_namespace) return {};
  const Fd socket(sys(__NR_socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request = {};
  append(request.ifr_name, request.ifr_name + sizeof request.ifr_name, "lo");
  const bool up = sys(__NR_ioctl, socket.get(), SIOCGIFFLAGS, &request) >= 0 &&
                  (request.ifr_flags & IFF_UP) != 0;
  return demand(up, Subject::kNamespace, "lo");
}

}  // namespace

// --verify=full: from inside the root, while nothing is given up yet.
Fault verify_root(Context& context) {
  const Plan& plan = context.plan;
  if (plan.verify != Verify::kFull) return {};
  const Fd root(sys(__NR_openat, AT_FDCWD, "/", O_PATH | O_CLOEXEC));
  const bool in_root = root.ok() && same_place(root.get(), context.root_fd) == Answer::kYes;
  if (Fault f = demand(in_root, Subject::kRoot, plan.text(plan.rootfs))) return f;
  const bool readonly = !plan.root_readonly || has_attributes(root.get(), MOUNT_ATTR_RDONLY);
  if (Fault f = demand(readonly, Subject::kRoot, "readonly")) return f;
  if (Fault f = verify_mounts(context)) return f;
  if (Fault f = verify_paths(context)) return f;
  if (Fault f = verify_devices(context)) return f;
  if (Fault f = verify_names(plan)) return f;
  return verify_loopback(plan);
}

// The last look at the process that becomes the program; seven system calls, unless it is to be
// full.
Fault verify_process(Context& context) {
  const Plan& plan = context.plan;
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
  return plan.verify == Verify::kFull ? verify_identity_wholly(context) : Fault{};
}

}  // namespace oci::init
