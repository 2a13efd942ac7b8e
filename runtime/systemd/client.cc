#include "runtime/systemd/client.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "runtime/sys/deadline.h"
#include "runtime/sys/program.h"
#include "runtime/sys/self_status.h"
#include "runtime/sys/trace.h"

namespace oci::systemd {
namespace {

constexpr char kProgram[] = "oci-rt-systemd";
// The program has its own timeout and a better message. This adds time for that.
constexpr std::chrono::seconds kGrace{5};

std::string find_helper() {
  return sys::find_helper(sys::own_program(), kProgram);
}

// The variables of sd_bus_open_user(3) and sd_bus_open_system(3). No others are passed.
std::vector<std::string> environment() {
  std::vector<std::string> env;
  for (const char* name :
       {"DBUS_SYSTEM_BUS_ADDRESS", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"}) {
    if (const char* value = ::getenv(name)) env.push_back(cat(name, "=", value));
  }
  // pam_systemd(8) makes this directory. After su(1) it exists, but the variable is unset.
  if (::getenv("XDG_RUNTIME_DIR") == nullptr) {
    env.push_back(cat("XDG_RUNTIME_DIR=/run/user/", ::geteuid()));
  }
  return env;
}

Result<std::string> ask_once(const Request& request) {
  Helper helper = OCI_TRY(Helper::start());
  return helper.ask(request);
}

Property flag(const char* name, bool value) {
  return {name, "b", {value ? "true" : "false"}};
}
Property text(const char* name, std::string value) {
  return {name, "s", {std::move(value)}};
}

}  // namespace

Result<Helper> Helper::start() {
  const sys::Span span("start oci-rt-systemd");
  const std::string program = find_helper();
  if (program.empty()) {
    return Error(ErrorKind::kUnsupported,
                 cat("option --systemd-cgroup: '", kProgram,
                     "' is missing (looked beside oci-rt and "
                     "in ",
                     sys::helper_directory(), "); install it, or use --cgroup-manager cgroupfs"));
  }
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    return Error::system(errno, "socketpair");
  }
  sys::UniqueFd ours(ends[0]);
  const sys::UniqueFd its(ends[1]);
  const sys::UniqueFd nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  if (!nowhere) return Error::system(errno, "open '/dev/null'");
  sys::Process process =
      OCI_TRY(sys::start_program({.path = program, .argv = {kProgram}, .env = environment()},
                                 its.get(), nowhere.get())
                  .during(cat("option --systemd-cgroup: ", program)));
  return Helper(std::move(process), std::move(ours));
}

Helper::~Helper() {
  if (!process_.pidfd) return;
  ::syscall(SYS_pidfd_send_signal, process_.pidfd.get(), SIGKILL, nullptr, 0);
  while (::waitpid(process_.pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Error Helper::end_of(const Request& request) {
  return Error(ErrorKind::kSystem,
               cat(kProgram, ": it ended without an answer about unit '", request.unit, "'"));
}

Result<std::string> Helper::ask(const Request& request) {
  const sys::Span span("wait for systemd", request.unit);
  const std::string packet = OCI_TRY(to_packet(request));
  const sys::Deadline deadline = sys::deadline_in(request.patience + kGrace);
  if (::send(socket_.get(), packet.data(), packet.size(), MSG_NOSIGNAL) < 0) {
    if (errno == EPIPE || errno == ECONNRESET) return end_of(request);
    return Error::system(errno, cat(kProgram, ": ask"));
  }
  pollfd readable = {.fd = socket_.get(), .events = POLLIN, .revents = 0};
  int ready;
  do {
    ready = ::poll(&readable, 1, sys::poll_timeout(deadline));
  } while (ready < 0 && errno == EINTR);
  if (ready < 0) return Error::system(errno, cat(kProgram, ": poll"));
  if (ready == 0) {
    return Error(ErrorKind::kBusy,
                 cat(kProgram, ": no answer in time about unit '", request.unit, "'"));
  }
  std::string text(4096, '\0');
  const ssize_t length = ::recv(socket_.get(), text.data(), text.size(), 0);
  if (length <= 0) return end_of(request);
  text.resize(static_cast<size_t>(length));
  Answer answer = OCI_TRY(parse_answer(text));
  if (answer.good) return std::move(answer.text);
  return Error(answer.kind, std::move(answer.text));
}

bool is_installed() {
  return !find_helper().empty();
}

Bus bus_of_caller() {
  const bool first = sys::in_initial_user_namespace().value_or(true);
  return ::geteuid() == 0 && first ? Bus::kSystem : Bus::kUser;
}

Result<Scope> start_scope(Bus bus, const Unit& unit, const std::string& id,
                          const std::vector<Property>& properties) {
  Request request{.verb = Verb::kStart, .bus = bus, .unit = unit.name, .patience = kPatience};
  // Accounting: enables the controllers from the start. Dependencies: the engine ends its
  // containers before a shutdown. CollectMode: otherwise a scope with a killed init stays as a
  // failed unit.
  request.properties = {text("Description", cat("libcontainer container ", id)),
                        text("Slice", unit.slice),
                        flag("Delegate", true),
                        flag("DefaultDependencies", false),
                        flag("CPUAccounting", true),
                        flag("MemoryAccounting", true),
                        flag("IOAccounting", true),
                        flag("TasksAccounting", true),
                        text("CollectMode", "inactive-or-failed")};
  request.properties.insert(request.properties.end(), properties.begin(), properties.end());
  Helper helper = OCI_TRY(Helper::start());
  std::string path = OCI_TRY(helper.ask(request));
  return Scope{std::move(helper), std::move(path)};
}

Status move_caller_to_scope(Bus bus) {
  OCI_TRY(ask_once({.verb = Verb::kEnclose,
                    .bus = bus,
                    .unit = cat("oci-rt-itself-", ::getpid(), ".scope"),
                    .patience = kPatience,
                    .properties = {text("Description", "oci-rt, until it has ended"),
                                   text("CollectMode", "inactive-or-failed")}}));
  return {};
}

Status set_properties(Bus bus, const std::string& unit, const std::vector<Property>& properties) {
  if (properties.empty()) return {};
  OCI_TRY(ask_once({.verb = Verb::kSet,
                    .bus = bus,
                    .unit = unit,
                    .patience = kPatience,
                    .properties = properties}));
  return {};
}

Status stop_unit(Bus bus, const std::string& unit, std::chrono::milliseconds patience) {
  OCI_TRY(ask_once({.verb = Verb::kStop, .bus = bus, .unit = unit, .patience = patience}));
  return {};
}

Status await_gone(Bus bus, const std::string& unit, std::chrono::milliseconds patience) {
  OCI_TRY(ask_once({.verb = Verb::kAwaitGone, .bus = bus, .unit = unit, .patience = patience}));
  return {};
}

}  // namespace oci::systemd
