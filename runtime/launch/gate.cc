#include "runtime/launch/gate.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string>

#include "runtime/launch/failure.h"
#include "runtime/launch/handover.h"
#include "runtime/sys/deadline.h"
#include "runtime/sys/file.h"
#include "runtime/wire/message.h"

namespace oci::launch {
namespace {

constexpr std::chrono::seconds kAgentPatience{30};

Error not_waiting() {
  return Error(ErrorKind::kWrongState, "container init is not waiting to be started");
}

Result<sys::UniqueFd> open_file(int dir, std::string_view name, int flags) {
  return sys::open_at(dir, std::string(name), flags | O_NOFOLLOW);
}

Status make_fifo(int dir, std::string_view name) {
  if (::mkfifoat(dir, std::string(name).c_str(), 0600) == 0) return {};
  return Error::system(errno, cat("make fifo '", name, "'"));
}

// false: end of stream. There is no deadline, because a hook may take any time, except for an agent
// that must answer for execve(2).
Result<bool> read_verdict(int fd, wire::Message& message, std::optional<sys::Deadline> deadline,
                          sys::SignalStream* signals) {
  const short events = OCI_TRY(sys::wait_for_events(fd, deadline, signals));
  if (events == POLLHUP) return false;  // and nothing is left to read
  if (events == 0) {
    return Error(ErrorKind::kProtocol, Property{"linux.seccomp.listenerPath"},
                 "its agent does not answer");
  }
  const ssize_t got = ::read(fd, &message, sizeof message);
  if (got < 0) return Error::system(errno, "read the verdict of container init");
  if (got != 0 && got != ssize_t{sizeof message}) {
    return Error(ErrorKind::kProtocol, "container init sent half a verdict");
  }
  return got != 0;
}

}  // namespace

Result<Gate> make_gate(int dir, const GateFiles& files, size_t pages) {
  OCI_TRY(make_fifo(dir, files.gate));
  OCI_TRY(make_fifo(dir, files.verdict));
  Gate gate;
  gate.gate = OCI_TRY(open_file(dir, files.gate, O_RDWR));
  // A fifo cannot be opened write-only before it has a reader.
  gate.reader = OCI_TRY(open_file(dir, files.verdict, O_RDONLY | O_NONBLOCK));
  gate.verdict = OCI_TRY(open_file(dir, files.verdict, O_WRONLY));
  if (pages != 0) gate.handover = OCI_TRY(make_pages(pages));
  return gate;
}

Result<Gate> find_gate(int dir, const GateFiles& files) {
  // Open the reading end first: poll(2) reports the end of a stream only if it saw its writer.
  Result<sys::UniqueFd> verdict = open_file(dir, files.verdict, O_RDONLY | O_NONBLOCK);
  if (!verdict) return not_waiting();
  wire::Message message;
  if (::read(verdict.value().get(), &message, sizeof message) >= 0) return not_waiting();
  Result<sys::UniqueFd> gate = open_file(dir, files.gate, O_WRONLY | O_NONBLOCK);
  if (!gate) return not_waiting();
  return Gate{.gate = std::move(gate).value(), .reader = std::move(verdict).value()};
}

Status open_gate(Gate gate, Agent agent, sys::SignalStream* signals) {
  if (::write(gate.gate.get(), &wire::kGo, 1) != 1) {
    return Error::system(errno, "open the start gate");
  }
  gate.gate.reset();  // a gate that is open means "created"
  return await_verdict(gate.reader.get(), agent, {}, signals);
}

Result<Sight> Sight::of(int dir, const GateFiles& files) {
  Result<sys::UniqueFd> gate = open_file(dir, files.gate, O_WRONLY | O_NONBLOCK);
  if (!gate || ::write(gate.value().get(), &wire::kShow, 1) != 1) return not_waiting();
  return Sight(std::move(gate).value());
}

bool Sight::has_taken_effect() const {
  int unread = 0;
  return ::ioctl(gate_.get(), FIONREAD, &unread) != 0 || unread == 0;
}

Sight::~Sight() {
  if (!gate_) return;
  [[maybe_unused]] const ssize_t written = ::write(gate_.get(), &wire::kHide, 1);
}

Result<OpenGate> make_open_gate() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return Error::system(errno, "make a pipe");
  OpenGate open{.gate = {}, .verdict = sys::UniqueFd(ends[0])};
  open.gate.verdict.reset(ends[1]);
  open.gate.handover = OCI_TRY(make_pages(wire::kPages));
  return open;
}

Status await_verdict(int verdict, Agent agent, const std::function<Status()>& follow,
                     sys::SignalStream* signals) {
  wire::Message message;
  bool executing = false;
  std::optional<sys::Deadline> deadline;
  for (;;) {
    const Result<bool> more = read_verdict(verdict, message, deadline, signals);
    if (!more) return more.error();
    if (!more.value() && executing) return {};
    if (!more.value()) {
      return Error(ErrorKind::kWrongState, "container init was killed before it ran the program");
    }
    if (message.type != wire::Type::kSettled) return noted_failure(message);
    executing = true;
    if (follow) OCI_TRY(follow());
    if (agent == Agent::kYes) deadline = sys::deadline_in(kAgentPatience);
  }
}

}  // namespace oci::launch
