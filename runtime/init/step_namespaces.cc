// Enters the container's namespaces: joined ones, and those that clone3(2) could not create.
#include <linux/fcntl.h>
#include <linux/if.h>
#include <linux/sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "runtime/init/in_root.h"
#include "runtime/init/steps.h"
#include "runtime/init/text.h"
#include "runtime/wire/syscall.h"

namespace oci::init {

using wire::Subject;

Fault join(const InitPlan& plan, const Join& join) {
  const Fault fault = check(sys(__NR_setns, join.fd, join.type), Subject::kNamespace,
                            plan.text(join.path), join.index);
  sys(__NR_close, join.fd);
  return fault;
}

// A descriptor or -errno.
long open_time_offsets(const InitPlan& plan) {
  if (!plan.time_offsets) return -1;
  return sys(__NR_openat, AT_FDCWD, "/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
}

// time_namespaces(7): children enter the new namespace, and its offsets must be written before the
// first child exists.
Fault make_time_namespace(const InitPlan& plan, int offsets) {
  const char* property = "linux.timeOffsets";
  if (Fault fault = check(sys(__NR_unshare, CLONE_NEWTIME), Subject::kNone, "time namespace")) {
    return fault;
  }
  if (!plan.time_offsets) return {};
  const char* text = plan.text(plan.time_offsets);
  if (Fault fault = check(offsets, Subject::kNone, property)) return fault;
  return check(sys(__NR_write, offsets, text, length(text)), Subject::kNone, property);
}

// Makes a time namespace that the new user namespace owns. Must run before the ids change: then the
// kernel makes the files below /proc/self inaccessible.
Fault enter_time_namespace(Context& context) {
  if (context.plan.time_namespace != TimeNamespace::kByInit) return {};
  const Fd offsets(open_time_offsets(context.plan));
  if (Fault fault = make_time_namespace(context.plan, offsets.get())) return fault;
  constexpr int kFlags = O_RDONLY | O_CLOEXEC;
  const Fd made(sys(__NR_openat, AT_FDCWD, "/proc/self/ns/time_for_children", kFlags));
  long rc = made.get();
  if (rc >= 0) rc = sys(__NR_setns, made.get(), CLONE_NEWTIME);
  return check(rc, Subject::kNamespace, "time");
}

Fault join_namespaces(Context& context) {
  InitPlan& plan = context.plan;
  for (const Join* at = plan.begin(plan.joins); at != plan.end(plan.joins); ++at) {
    // A new procfs must show this namespace. This process stays in its own.
    if (at->type == CLONE_NEWPID) {
      plan.pid_namespace_fd =
          static_cast<int32_t>(sys(__NR_fcntl, at->fd, 1030 /* F_DUPFD_CLOEXEC */, 3));
    }
    if (Fault fault = join(plan, *at)) return fault;
  }
  return {};
}

// Not with clone3(2), which would make the cgroup of the caller the root of the namespace.
Fault enter_cgroup_namespace(Context& context) {
  if (!context.plan.new_cgroup_namespace) return {};
  return check(sys(__NR_unshare, CLONE_NEWCGROUP), Subject::kNamespace, "cgroup");
}

// mq_overview(7): the directory of the queues always belongs to the user that created the
// namespace. The caller of clone3(2) has no id yet in a new user namespace.
Fault make_ipc_namespace(Context& context) {
  if (!context.plan.new_ipc_namespace) return {};
  return check(sys(__NR_unshare, CLONE_NEWIPC), Subject::kNamespace, "ipc");
}

Fault bring_up_loopback(Context& context) {
  collect_descriptors(context.plan.open_files);  // until make_devices()
  if (!context.plan.new_network_namespace) return {};
  const Fd socket(sys(__NR_socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), Close::kTogether);
  if (Fault fault = check(socket.get(), Subject::kNamespace, "lo")) return fault;
  ifreq request = {};
  append(request.ifr_name, request.ifr_name + sizeof request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  return check(sys(__NR_ioctl, socket.get(), SIOCSIFFLAGS, &request), Subject::kNamespace, "lo");
}

}  // namespace oci::init
