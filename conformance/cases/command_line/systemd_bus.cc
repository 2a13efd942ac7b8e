// A missing or misbehaving D-Bus daemon: reliability 4, "fake D-Bus peer". Needs no systemd.
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "conformance/cases/config_linux/cgroup_case.h"
#include "conformance/harness/case.h"
#include "conformance/harness/command.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

enum class Habit {
  kDeaf,         // a socket without a listener
  kSilent,       // accepts the connection, and sends nothing
  kHangsUp,      // closes it after the first bytes
  kMute,         // authenticates the caller, and answers no call
  kDropsInCall,  // authenticates the caller, and closes during a call
};

// dbus-daemon's side of the authentication:
// dbus.freedesktop.org/doc/dbus-specification.html#auth-protocol. All three lines may arrive at
// once.
std::string answers(std::string_view heard) {
  std::string out;
  const auto on = [&](std::string_view line, std::string_view answer) {
    if (heard.find(line) != heard.npos) out += answer;
  };
  on("DATA\r\n", "DATA\r\n");
  on("AUTH EXTERNAL", "OK 0123456789abcdef0123456789abcdef\r\n");
  on("NEGOTIATE_UNIX_FD", "AGREE_UNIX_FD\r\n");
  return out;
}

[[noreturn]] void serve(int caller, Habit habit) {
  std::string buffer(4096, '\0');
  bool begun = false;
  for (;;) {
    pollfd readable = {.fd = caller, .events = POLLIN, .revents = 0};
    ::poll(&readable, 1, -1);
    const ssize_t got = ::read(caller, buffer.data(), buffer.size());
    if (got <= 0) ::pause();
    const std::string_view heard(buffer.data(), static_cast<size_t>(got));
    if (habit == Habit::kHangsUp || (habit == Habit::kDropsInCall && begun)) {
      ::close(caller);
      ::pause();
    }
    if (habit == Habit::kSilent || begun) continue;
    const std::string answer = answers(heard);
    (void)!::write(caller, answer.data(), answer.size());
    begun = heard.find("BEGIN\r\n") != heard.npos;
  }
}

// Listens at PATH and misbehaves, until the end of the case.
class BadBus {
 public:
  BadBus(const std::string& path, Habit habit) {
    sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = {}};
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool bound = ::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    if (bound && habit != Habit::kDeaf) ::listen(socket, 8);
    ready_ = bound;
    if (bound && habit != Habit::kDeaf) pid_ = ::fork();
    if (pid_ == 0) {
      for (;;) {
        const int caller = ::accept4(socket, nullptr, nullptr, SOCK_CLOEXEC);
        if (caller >= 0 && ::fork() == 0) serve(caller, habit);
        ::close(caller);
      }
    }
    ::close(socket);
  }
  ~BadBus() {
    if (pid_ <= 0) return;
    // Its children are reparented to the case, a subreaper, once it is gone.
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    for (const std::string& child : split(trimmed(read_file(children())), ' '))
      ::kill(std::stoi(child), SIGKILL);
    while (::waitpid(-1, nullptr, 0) > 0) {
    }
  }
  bool ready() const { return ready_; }

 private:
  static std::string children() {
    const std::string self = std::to_string(::getpid());
    return "/proc/" + self + "/task/" + self + "/children";
  }

  bool ready_ = false;
  pid_t pid_ = -1;
};

// `create` must fail in time and leave nothing. The harness checks for leaks.
Outcome create_over(Sandbox& sandbox, const std::string& socket) {
  require_cgroup2();
  sandbox.always("--systemd-cgroup");
  ::setenv("DBUS_SYSTEM_BUS_ADDRESS", ("unix:path=" + socket).c_str(), 1);
  Bundle bundle = sandbox.bundle();
  bundle.set("/linux/cgroupsPath", "machine.slice:oci:" + sandbox.id());
  bundle.write();
  Spawn spawn = sandbox.invocation({"create", "--bundle", bundle.directory(), sandbox.id()});
  spawn.seconds = 40;
  const Outcome outcome = sandbox.call(std::move(spawn));
  expect(outcome.exit_code != 0, "a container was made without the systemd that was asked for");
  expect_equal("lines of the message", lines(outcome.err).size(), size_t{1});
  for (const char* taken : {"No such file", "ermission denied"}) {
    expect_lacks("words that engines take for a missing program", outcome.err, taken);
  }
  expect_equal("contents of the state root", entries(sandbox.state_root()).size(), size_t{0});
  return outcome;
}

void expect_message(const Sandbox& sandbox, const Outcome& outcome, const std::string& why) {
  if (sandbox.runtime().json_paths) expect_contains("the message", outcome.err, why);
}

void no_socket(Sandbox& sandbox) {
  const std::string socket = sandbox.path("no-bus");
  const Outcome outcome = create_over(sandbox, socket);
  expect_message(sandbox, outcome,
                 "systemd: cannot reach the system bus at " + socket + " (not running)");
}
const Case kNoSocket("systemd-bus/one-that-is-not-there-is-told", "messages 2", no_socket, 60);

void with_habit(Sandbox& sandbox, Habit habit, const std::string& why) {
  const std::string socket = sandbox.path("bus");
  const BadBus bus(socket, habit);
  if (!bus.ready()) throw Skipped("no socket can be made at " + socket);
  expect_message(sandbox, create_over(sandbox, socket), why);
}

const Case kDeaf(
    "systemd-bus/one-that-nobody-listens-at-is-told", "messages 2",
    [](Sandbox& sandbox) { with_habit(sandbox, Habit::kDeaf, "(no process listens there)"); }, 60);
const Case kHangsUp(
    "systemd-bus/one-that-hangs-up-is-told", "reliability 4",
    [](Sandbox& sandbox) { with_habit(sandbox, Habit::kHangsUp, "(it closes the connection)"); },
    60);
const Case kDrops(
    "systemd-bus/one-that-drops-a-call-is-told", "reliability 4",
    [](Sandbox& sandbox) {
      with_habit(sandbox, Habit::kDropsInCall, "(it closes the connection)");
    },
    60);
const Case kSilent(
    "systemd-bus/one-that-says-nothing-is-waited-for-no-longer-than-a-while", "reliability 4",
    [](Sandbox& sandbox) { with_habit(sandbox, Habit::kSilent, "no answer in time"); }, 90);
const Case kMute(
    "systemd-bus/one-that-answers-no-call-is-waited-for-no-longer-than-a-while", "reliability 4",
    [](Sandbox& sandbox) {
      with_habit(sandbox, Habit::kMute, "no answer in time, waiting for the connection");
    },
    90);

}  // namespace
}  // namespace oci::conformance
