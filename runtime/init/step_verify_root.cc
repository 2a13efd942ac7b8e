// Post-conditions of the root and everything that was made in it: --verify=full.
#include <asm/statfs.h>
#include <linux/fcntl.h>
#include <linux/if.h>
#include <linux/utsname.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "runtime/init/in_root.h"
#include "runtime/init/mount_api.h"
#include "runtime/init/mountinfo.h"
#include "runtime/init/steps.h"
#include "runtime/init/text.h"
#include "runtime/init/verify.h"
#include "runtime/wire/syscall.h"

namespace oci::init {
namespace {

using wire::Subject;

constexpr long kEacces = -13, kEnoent = -2, kEnotdir = -20;
constexpr uint64_t kTmpfsMagic = 0x01021994;

uint64_t mount_flags(int fd) {
  struct statfs found = {};
  return sys(__NR_fstatfs, fd, &found) < 0 ? 0 : static_cast<uint64_t>(found.f_flags);
}

// MOUNT_ATTR_* and the matching flags of statfs(2).
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

// Whether a mount on `cover` hides `path`.
bool is_covered(const char* path, const char* cover) {
  if (!starts_with(path, cover)) return false;
  const char next = path[length(cover)];
  return next == '\0' || next == '/' || equal(cover, "/");
}

bool is_covered_later(const InitPlan& plan, const MountOp* op) {
  const char* target = plan.text(op->target);
  for (const MountOp* later = op + 1; later < plan.end(plan.mounts); ++later)
    if (is_covered(target, plan.text(later->target))) return true;
  for (const PathOp* mask = plan.begin(plan.masked_paths); mask != plan.end(plan.masked_paths);
       ++mask)
    if (is_covered(target, plan.text(mask->path))) return true;
  return false;
}

enum class When { kBeforeHooks, kAtLast };

// A tmpfs that becomes read-only at the end must stay writable until then.
uint64_t planned_attributes(const MountOp& op, When when) {
  const bool writable = when == When::kBeforeHooks && op.readonly_late;
  return (op.attr_set | op.tree_set) & ~(writable ? uint64_t{MOUNT_ATTR_RDONLY} : 0);
}

Fault verify_mounts(const Context& context, When when) {
  const InitPlan& plan = context.plan;
  for (const MountOp* op = plan.begin(plan.mounts); op != plan.end(plan.mounts); ++op) {
    const bool is_link = op->copy_symlink || op->source_nofollow || op->target_nofollow;
    if (is_link || is_covered_later(plan, op)) continue;
    const char* path = plan.text(op->target);
    const Fd target(open_in_root(context.root_fd, path, O_PATH, Links::kFollowInside));
    if (target.get() == kEacces) continue;  // root of a user namespace may not walk there
    const bool there = target.ok() && is_root_of_mount(target.get()) == Answer::kYes;
    if (Fault f = demand(there, Subject::kMountTarget, path, op->index)) return f;
    const bool as_planned = has_attributes(target.get(), planned_attributes(*op, when));
    if (Fault f = demand(as_planned, Subject::kMountOptions, path, op->index)) return f;
  }
  return {};
}

// False: the path does not exist, or is not accessible.
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
  const InitPlan& plan = context.plan;
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
  const InitPlan& plan = context.plan;
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

Fault verify_names(const InitPlan& plan) {
  new_utsname names = {};
  sys(__NR_uname, &names);
  const bool host = !plan.hostname || equal(names.nodename, plan.text(plan.hostname));
  if (Fault f = demand(host, Subject::kNone, "hostname")) return f;
  const bool domain = !plan.domainname || equal(names.domainname, plan.text(plan.domainname));
  return demand(domain, Subject::kNone, "domainname");
}

Fault verify_loopback(const InitPlan& plan) {
  if (!plan.new_network_namespace) return {};
  const Fd socket(sys(__NR_socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request = {};
  append(request.ifr_name, request.ifr_name + sizeof request.ifr_name, "lo");
  const bool up = sys(__NR_ioctl, socket.get(), SIOCGIFFLAGS, &request) >= 0 &&
                  (request.ifr_flags & IFF_UP) != 0;
  return demand(up, Subject::kNamespace, "lo");
}

// Whether the root is shared, a slave or unbindable as planned. By default it may receive mounts of
// the host.
bool has_planned_propagation(const InitPlan& plan, const MountLine& root) {
  switch (plan.propagation) {
    case MS_SHARED:
      return root.is_shared;
    case MS_PRIVATE:
      return !root.is_shared && !root.has_master && !root.is_unbindable;
    case MS_UNBINDABLE:
      return root.is_unbindable;
    default:
      return !root.is_shared && !root.is_unbindable;
  }
}

bool verify_propagation(const Context& context) {
  const uint64_t id = mount_id(context.root_fd);
  bool as_planned = false;
  const long rc = for_each_mount(context.own_proc_fd, [&](const MountLine& line) -> long {
    if (line.id == id) as_planned = has_planned_propagation(context.plan, line);
    return 0;
  });
  return rc >= 0 && as_planned;
}

}  // namespace

// Runs before the first hook: hooks may change all of this on purpose.
Fault verify_made(Context& context) {
  const InitPlan& plan = context.plan;
  if (plan.verify != Verify::kFull) return {};
  if (Fault f = verify_namespaces(context)) return f;
  if (Fault f = verify_mounts(context, When::kBeforeHooks)) return f;
  if (Fault f = verify_devices(context)) return f;
  if (Fault f = verify_names(plan)) return f;
  return verify_loopback(plan);
}

// Runs after the pivot and before privileges are dropped. No earlier hook could undo these.
Fault verify_root(Context& context) {
  const InitPlan& plan = context.plan;
  if (plan.verify != Verify::kFull) return {};
  const Fd root(sys(__NR_openat, AT_FDCWD, "/", O_PATH | O_CLOEXEC));
  const Answer in_root = root.ok() ? same_place(root.get(), context.root_fd) : Answer::kNo;
  if (in_root == Answer::kUnknown) return refuse(kNoStatx, Subject::kRoot, plan.text(plan.rootfs));
  if (Fault f = demand(in_root == Answer::kYes, Subject::kRoot, plan.text(plan.rootfs))) return f;
  const bool readonly = !plan.root_readonly || has_attributes(root.get(), MOUNT_ATTR_RDONLY);
  if (Fault f = demand(readonly, Subject::kRoot, "readonly")) return f;
  if (Fault f = demand(verify_propagation(context), Subject::kNone, "linux.rootfsPropagation"))
    return f;
  const bool hooks_ran = plan.host_hooks || plan.create_container_hooks.count != 0;
  if (!hooks_ran) {
    if (Fault f = verify_mounts(context, When::kAtLast)) return f;
  }
  return verify_paths(context);
}

}  // namespace oci::init
