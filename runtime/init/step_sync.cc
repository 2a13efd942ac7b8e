// The messages between init and its parent (runtime/wire/README.md).
#include <sys/prctl.h>
#include <sys/socket.h>

#include "runtime/init/step_times.h"
#include "runtime/init/steps.h"
#include "runtime/init/text.h"
#include "runtime/wire/syscall.h"

namespace oci::init {

namespace {

// Takes no memory until a filter is received.
constinit sock_filter g_filter[BPF_MAXINSNS] = {};

}  // namespace

const sock_filter* received_filter() {
  return g_filter;
}

// Uses plain write(2) and read(2), as at the gate: a seccomp profile may be active already, and
// every profile allows these two.
Fault tell(int fd, const wire::Message& message) {
  return check(sys(__NR_write, fd, &message, sizeof message), wire::Subject::kNone, "sync socket");
}

namespace {

Fault await(int fd, wire::Type answer) {
  wire::Message message;
  const long got = sys(__NR_read, fd, &message, sizeof message);
  if (Fault fault = check(got, wire::Subject::kNone, "sync socket")) return fault;
  if (got == sizeof message && message.type == answer) return {};
  return refuse("the runtime is gone", wire::Subject::kNone, "sync socket");
}

}  // namespace

Fault ask(int fd, wire::Type question, wire::Type answer) {
  wire::Message message;
  message.type = question;
  if (Fault fault = tell(fd, message)) return fault;
  return await(fd, answer);
}

void report_failure(int fd, const char* step, const Fault& fault) {
  wire::Message message;
  message.type = wire::Type::kFailed;
  message.subject = fault.subject;
  message.index = fault.index;
  message.sys_errno = fault.error;
  message.value = fault.value;
  const char* end = message.text + sizeof message.text;
  char* at = append(message.text, end, step);
  at = append(append(at, end, "\n"), end, fault.what);
  at = append(append(at, end, "\n"), end, fault.note);
  message.length = static_cast<uint16_t>(at - message.text);
  (void)tell(fd, message);
}

Fault wait_to_be_placed(Context& context) {
  return context.plan.staged ? await(context.report_fd, wire::Type::kPlaced) : Fault{};
}

// The last clone of `create`: before it, its number is unknown.
Fault wait_to_be_recorded(Context& context) {
  return context.plan.clones_last ? await(context.report_fd, wire::Type::kPlaced) : Fault{};
}

// The ids are mapped by now. A process without a mapped id cannot create files in the new user
// namespace. A namespace without a root is legal: it has the user of the process.
Fault take_mapped_ids(Context& context) {
  const InitPlan& plan = context.plan;
  if (!plan.staged && !plan.clones_last) return {};
  if (sys(__NR_setresgid, 0, 0, 0) < 0) sys(__NR_setresgid, plan.gid, plan.gid, plan.gid);
  if (sys(__NR_setresuid, 0, 0, 0) < 0) sys(__NR_setresuid, plan.uid, plan.uid, plan.uid);
  return {};
}

// The answer contains the filter, which the runtime compiled while init mounted.
Fault report_ready(Context& context) {
  wire::Message message;
  message.type = wire::Type::kReady;
  if (Fault fault = tell(context.report_fd, message)) return fault;
  iovec parts[2] = {{&message, sizeof message}, {g_filter, sizeof g_filter}};
  msghdr packet = {};
  packet.msg_iov = parts;
  packet.msg_iovlen = 2;
  const long got = sys(__NR_recvmsg, context.report_fd, &packet, 0);
  if (Fault fault = check(got, wire::Subject::kNone, "sync socket")) return fault;
  if (got < long{sizeof message} || message.type != wire::Type::kProceed) {
    return refuse("the runtime is gone", wire::Subject::kNone, "sync socket");
  }
  context.filter_length =
      static_cast<uint16_t>((static_cast<size_t>(got) - sizeof message) / sizeof(sock_filter));
  context.admits = message.admits != 0;
  context.tells_mode = message.tells_mode != 0;
  context.tells_time = message.tells_time != 0;
  return {};
}

// From here on the container outlives the runtime.
Fault settle(Context& context) {
  sys(__NR_prctl, PR_SET_PDEATHSIG, 0, 0, 0, 0);
  wire::Message message;
  message.type = wire::Type::kSettled;
  end_step(context);  // `create` may read the times as soon as it is told
  return tell(context.report_fd, message);
}

Fault report_to_start(Context& context) {
  sys(__NR_close, context.plan.sync_fd);
  context.report_fd = context.plan.verdict_fd;
  return {};
}

Fault wait_for_start(Context& context) {
  (void)report_to_start(context);
  int onlookers = 0;
  bool is_seen = false;
  for (;;) {
    char word = wire::kGo;
    const long got = sys(__NR_read, context.plan.gate_fd, &word, 1);
    if (Fault fault = check(got, wire::Subject::kNone, "start gate")) return fault;
    if (word != wire::kGo) onlookers += word == wire::kShow ? 1 : -1;
    const bool shall_be_seen = word != wire::kGo && onlookers > 0;
    // An active filter may refuse the call, so it is only made for observers.
    if (shall_be_seen != is_seen) {
      const Fault fault = set_dumpable(shall_be_seen);
      // If it fails, the observer gets an error.
      if (fault && is_seen) return fault;
      is_seen = shall_be_seen && !fault;
    }
    if (word == wire::kGo) return {};
  }
}

}  // namespace oci::init
