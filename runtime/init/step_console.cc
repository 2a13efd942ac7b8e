// The container's terminal: a pty of its own devpts. The slave becomes 0, 1, 2 and /dev/console.
// The master goes to the runtime.
#include <asm/ioctls.h>
#include <linux/magic.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "runtime/init/in_root.h"
#include "runtime/init/mount_api.h"
#include "runtime/init/steps.h"
#include "runtime/init/text.h"

namespace oci::init {
namespace {

using wire::Subject;

struct WindowSize {
  uint16_t rows, columns, x, y;
};

// Opening a device can have side effects, so the directory is verified first: a devpts contains
// only ptmx and terminals.
Fault open_multiplexer(int root, Fd& master) {
  const char* path = "/dev/pts";
  const Fd devpts(open_in_root(root, path, O_PATH | O_DIRECTORY, Links::kRefuse));
  if (Fault fault = check(devpts.get(), Subject::kConsole, path)) return fault;
  if (filesystem_of(devpts.get()) != DEVPTS_SUPER_MAGIC) {
    return refuse("is not a devpts: process.terminal needs a mount of one there", Subject::kConsole,
                  path);
  }
  const char* name = "ptmx";
  master.reset(open_in_root(devpts.get(), name, O_RDWR | O_NOCTTY, Links::kRefuseAndStay));
  FileFacts facts;
  const long rc = master.ok() ? look(master.get(), facts) : master.get();
  if (Fault fault = check(rc, Subject::kConsole, "/dev/pts/ptmx")) return fault;
  if (facts.type == S_IFCHR && facts.major == 5 && facts.minor == 2) return {};
  return refuse("is not a pseudo-terminal multiplexer", Subject::kConsole, "/dev/pts/ptmx");
}

// CVE-2025-52565: ptmx is the only name below /dev/pts that is ever looked up.
Fault open_pair(const InitPlan& plan, int root, Fd& master, Fd& slave, unsigned& number) {
  if (Fault fault = open_multiplexer(root, master)) return fault;
  const char* what = "/dev/pts/ptmx";
  const int unlock = 0;
  long done = sys(__NR_ioctl, master.get(), TIOCSPTLCK, &unlock);
  if (done >= 0) done = sys(__NR_ioctl, master.get(), TIOCGPTN, &number);
  if (Fault fault = check(done, Subject::kConsole, what)) return fault;
  slave.reset(sys(__NR_ioctl, master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (Fault fault = check(slave.get(), Subject::kConsole, "pty slave")) return fault;
  if (plan.rows == 0 && plan.columns == 0) return {};
  const WindowSize size = {plan.rows, plan.columns, 0, 0};
  return check(sys(__NR_ioctl, master.get(), TIOCSWINSZ, &size), Subject::kConsole,
               "process.consoleSize");
}

// CVE-2026-88264: never through a link of the image.
Fault mount_console(int root, int slave) {
  const char* path = "/dev/console";
  const char* name;
  const Fd dev(open_parent(root, path, &name, Links::kRefuse));
  if (Fault fault = check(dev.get(), Subject::kConsole, path)) return fault;
  const Fd made(sys(__NR_openat, dev.get(), name,
                    O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, 0620));
  const Fd target(sys(__NR_openat, dev.get(), name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
  FileFacts facts;
  const long rc = target.ok() ? look(target.get(), facts) : target.get();
  if (Fault fault = check(rc, Subject::kConsole, path)) return fault;
  if (facts.type == S_IFLNK) return refuse("is a symbolic link", Subject::kConsole, path);
  const Fd copy(clone_tree(slave, "", false));
  if (Fault fault = check(copy.get(), Subject::kConsole, "pty slave")) return fault;
  return check(attach(copy.get(), target.get()), Subject::kConsole, path);
}

Fault send_master(int sync_fd, int master, unsigned number) {
  wire::Message message;
  message.type = wire::Type::kConsole;
  const char* end = message.text + sizeof message.text;
  char* at = append_number(append(message.text, end, "/dev/pts/"), end, number);
  message.length = static_cast<uint16_t>(at - message.text);

  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  iovec part = {&message, sizeof message};
  msghdr packet = {};
  packet.msg_iov = &part;
  packet.msg_iovlen = 1;
  packet.msg_control = control;
  packet.msg_controllen = sizeof control;
  cmsghdr* header = CMSG_FIRSTHDR(&packet);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  __builtin_memcpy(CMSG_DATA(header), &master, sizeof master);
  return check(sys(__NR_sendmsg, sync_fd, &packet, 0), Subject::kConsole, "sync socket");
}

}  // namespace

Fault control_terminal() {
  return check(sys(__NR_ioctl, 0, TIOCSCTTY, 0), Subject::kConsole, "controlling terminal");
}

Fault open_console(Context& context) {
  const InitPlan& plan = context.plan;
  if (!plan.terminal) return {};
  Fd master;
  Fd slave;
  unsigned number = 0;
  if (Fault fault = open_pair(plan, context.root_fd, master, slave, number)) return fault;
  // A container has only one.
  if (!plan.exec) {
    if (Fault fault = mount_console(context.root_fd, slave.get())) return fault;
  }
  if (Fault fault = send_master(context.report_fd, master.get(), number)) return fault;
  for (int fd = 0; fd < 3; ++fd) {
    const long rc = sys(__NR_dup3, slave.get(), fd, 0);
    if (Fault fault = check(rc, Subject::kConsole, "pty slave")) return fault;
  }
  return plan.clones_last ? Fault{} : control_terminal();
}

}  // namespace oci::init
