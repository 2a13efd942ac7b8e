// The caller's streams: which processes keep them open, and which descriptors are passed on
// (cli-contract 6, reliability 4).
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"
#include "conformance/harness/terminal.h"

namespace oci::conformance {
namespace {

// The pipe through which an engine reads a stream of the runtime.
class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_, O_CLOEXEC) != 0) throw Failed("pipe2");
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_reader();
    close_writer();
  }
  int writer() const { return ends_[1]; }
  void close_writer() { close_end(1); }
  void close_reader() { close_end(0); }
  // True if all writers close within two seconds.
  bool ends() {
    close_writer();
    return eventually(
        [&] {
          char bytes[4096];
          pollfd polled = {ends_[0], POLLIN, 0};
          if (::poll(&polled, 1, 0) <= 0) return false;
          return ::read(ends_[0], bytes, sizeof bytes) == 0;
        },
        2000);
  }

 private:
  void close_end(int which) {
    if (ends_[which] >= 0) ::close(ends_[which]);
    ends_[which] = -1;
  }
  int ends_[2] = {-1, -1};
};

void force_delete(Sandbox& sandbox) {
  const Outcome removed = sandbox.call({"delete", "--force", sandbox.id()});
  expect(removed.exit_code == 0, "delete --force: " + trimmed(removed.err));
}

struct Streams {
  Pipe out, err;
};

Outcome call_on(Sandbox& sandbox, Streams& streams, const Words& words) {
  Spawn spawn = sandbox.invocation(words);
  spawn.fds = {{streams.out.writer(), 1}, {streams.err.writer(), 2}};
  return sandbox.call(spawn);
}

void expect_ends(Streams& streams, const std::string& after) {
  expect(streams.out.ends(), "after " + after + " a process still has stdout");
  expect(streams.err.ends(), "after " + after + " a process still has stderr");
}

Bundle with_terminal(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.set("/process/terminal", true)
      .mount("/dev/pts", "devpts", "devpts", {"nosuid", "noexec", "newinstance", "mode=0620"});
  return bundle;
}

// A container with a terminal keeps none of the caller's streams.
void ends_after_create(Sandbox& sandbox) {
  Bundle bundle = with_terminal(sandbox);
  bundle.args({"/bin/sleep", "30"}).write();
  ConsoleSocket socket(sandbox.path("console.sock"));
  Streams streams;
  const Outcome created = call_on(
      sandbox, streams,
      {"create", "--bundle", bundle.directory(), "--console-socket", socket.path(), sandbox.id()});
  expect_equal("exit code of create", created.exit_code, 0);
  expect_ends(streams, "create");
  const Terminal terminal = socket.receive();
  force_delete(sandbox);
}
const Case kAfterCreate("streams/end-with-create-if-there-is-a-terminal", "cli-contract 1.4",
                        ends_after_create);

void ends_after_exec(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.mount("/dev/pts", "devpts", "devpts", {"nosuid", "noexec", "newinstance", "mode=0620"})
      .args({"/bin/sleep", "30"});
  sandbox.create_and_start(bundle);
  ConsoleSocket socket(sandbox.path("console.sock"));
  Streams streams;
  const std::string pid_file = sandbox.path("exec.pid");
  const Outcome ran = call_on(sandbox, streams,
                              {"exec", "--detach", "--tty", "--console-socket", socket.path(),
                               "--pid-file", pid_file, sandbox.id(), "/bin/sleep", "30"});
  expect_equal("exit code of exec", ran.exit_code, 0);
  expect_ends(streams, "exec --detach");
  const Terminal terminal = socket.receive();
  // The harness is its parent by now. The pid namespace does not end before it is reaped.
  const pid_t pid = std::atoi(read_file(pid_file).c_str());
  ::kill(pid, SIGKILL);
  expect(wait_child(pid, 5000).has_value(), "the process that was executed is not our child");
  force_delete(sandbox);
}
const Case kAfterExec("streams/end-with-a-detached-exec-if-there-is-a-terminal", "cli-contract 1.4",
                      ends_after_exec);

void ends_after_failure(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.args({"/no/such/program"}).write();
  Streams created;
  expect(call_on(sandbox, created, {"create", "--bundle", bundle.directory(), sandbox.id()})
                 .exit_code != 0,
         "create exits 0");
  expect_ends(created, "a failed create");

  bundle.args({"/bin/sleep", "30"});
  sandbox.create_and_start(bundle);
  Streams executed;
  expect(call_on(sandbox, executed, {"exec", "--detach", sandbox.id(), "/no/such/program"})
                 .exit_code != 0,
         "exec exits 0");
  expect_ends(executed, "a failed exec");
  force_delete(sandbox);
}
const Case kAfterFailure("streams/end-with-a-failure", "cli-contract 1.6", ends_after_failure);

// A process that a hook leaves behind does not keep the caller's streams, and is not waited for.
void daemonizing_hook(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  const std::string hook = sandbox.path("hook");
  const std::string pid_file = sandbox.path("daemon");
  write_file(hook, "#!/bin/sh\nsleep 25 &\necho $! > " + pid_file + "\n", 0755);
  bundle.args({"/no/such/program"})
      .set_json("/hooks", R"({"createRuntime": [{"path": ")" + hook + R"("}]})")
      .write();
  Streams streams;
  Spawn spawn = sandbox.invocation({"create", "--bundle", bundle.directory(), sandbox.id()});
  spawn.fds = {{streams.out.writer(), 1}, {streams.err.writer(), 2}};
  spawn.seconds = 8;  // far shorter than the daemon's life
  const Outcome refused = sandbox.call(spawn);
  expect(refused.exit_code != 0, "create exits 0");
  expect_ends(streams, "a hook that left a process");
  const pid_t daemon = std::atoi(read_file(pid_file).c_str());
  expect(daemon > 0, "the hook did not run");
  ::kill(daemon, SIGKILL);
  wait_child(daemon, 2000);
}
const Case kDaemon("streams/a-hook-that-leaves-a-daemon-does-not-leave-it-them", "cli-contract 1.6",
                   daemonizing_hook);

// utime and stime of proc_pid_stat(5), in hundredths of a second.
long cpu_time(pid_t pid) {
  const std::string stat = read_file("/proc/" + std::to_string(pid) + "/stat");
  const std::vector<std::string> fields = split(stat.substr(stat.rfind(')') + 2), ' ');
  expect(fields.size() > 13, "/proc/PID/stat has no times");
  return (std::stol(fields[11]) + std::stol(fields[12])) * 100 / ::sysconf(_SC_CLK_TCK);
}

// `run` relays a terminal. With a broken stream, it must use less than a third of a second of CPU
// time in two seconds, and exit with the program's code.
void expect_calm(Sandbox& sandbox, const std::string& what,
                 const std::function<void(Spawn&)>& spoil) {
  Bundle bundle = with_terminal(sandbox);
  bundle.shell("echo out; echo out; sleep 2; exit 7").write();
  Spawn spawn = sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()});
  spoil(spawn);
  Command running(spawn, sandbox.directory());
  ::usleep(static_cast<useconds_t>(1500000) * static_cast<useconds_t>(patience()));
  const long used = running.running() ? cpu_time(running.pid()) : 0;
  const Outcome ran = running.wait();
  expect_equal("exit code with " + what, ran.exit_code, 7);
  expect(used < 33, "with " + what + " the runtime used " + std::to_string(used * 10) + " ms");
}

void broken_streams(Sandbox& sandbox) {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  expect(full >= 0, "there is no /dev/full");
  expect_calm(sandbox, "a full stdout", [&](Spawn& spawn) { spawn.fds = {{full, 1}}; });
  ::close(full);
  Pipe dead;
  dead.close_reader();
  expect_calm(sandbox, "a stdout without a reader", [&](Spawn& spawn) {
    spawn.fds = {{dead.writer(), 1}};
  });
  Pipe silent;  // open, without any writes
  expect_calm(sandbox, "a stdin that says nothing", [&](Spawn& spawn) {
    spawn.fds = {{silent.writer(), 1}};
  });
}
const Case kBroken("streams/one-that-is-broken-keeps-nobody-busy", "reliability 4", broken_streams,
                   40);

void closed_streams(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("exit 7").write();
  for (const char* closed : {"<&-", ">&-", "2>&-", "<&- >&- 2>&-"}) {
    std::string line = "exec";
    for (const std::string& word :
         sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()}).argv) {
      line += " '" + word + "'";
    }
    Spawn spawn;
    spawn.argv = {"/bin/sh", "-c", line + " " + closed};
    expect_equal(std::string("exit code with ") + closed, sandbox.call(spawn).exit_code, 7);
  }
}
const Case kClosed("streams/closed-ones-do-no-harm", "reliability 4", closed_streams);

// Accepts each connection, and closes it at once.
class Slammer {
 public:
  explicit Slammer(const std::string& path) : path_(path) {
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    std::memcpy(name.sun_path, path.c_str(), path.size() + 1);
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0 ||
        ::listen(listener_, 1) != 0) {
      throw Failed("cannot listen");
    }
    thread_ = std::jthread([this](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        pollfd polled = {listener_, POLLIN, 0};
        if (::poll(&polled, 1, 20) > 0)
          ::close(::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC));
      }
    });
  }
  Slammer(const Slammer&) = delete;
  Slammer& operator=(const Slammer&) = delete;
  ~Slammer() {
    thread_.request_stop();
    thread_.join();
    ::close(listener_);
    ::unlink(path_.c_str());
  }

 private:
  std::string path_;
  int listener_ = -1;
  std::jthread thread_;
};

void slammed_console(Sandbox& sandbox) {
  Bundle bundle = with_terminal(sandbox);
  bundle.args({"/bin/sleep", "30"}).write();
  const Slammer slammer(sandbox.path("console.sock"));
  Spawn spawn = sandbox.invocation({"create", "--bundle", bundle.directory(), "--console-socket",
                                    sandbox.path("console.sock"), sandbox.id()});
  spawn.seconds = 5;
  const Outcome refused = sandbox.call(spawn);
  expect(refused.exit_code != 0, "create exits 0 although no process took the terminal");
  if (sandbox.runtime().json_paths) expect_contains("the message", refused.err, "--console-socket");
}
const Case kSlammed("terminal/a-console-socket-that-is-closed-at-once-is-refused", "reliability 4",
                    slammed_console);

// One message with one descriptor, as for a terminal.
void pidfd_comes(Sandbox& sandbox) {
  require_option(sandbox, "create", "--pidfd-socket");
  Bundle bundle = sandbox.bundle();
  bundle.args({"/bin/sleep", "30"}).write();
  const std::string directory = sandbox.path(std::string(120, 'd'));
  make_dir(directory);
  ConsoleSocket socket(directory + "/pidfd.sock");
  sandbox.create(bundle, {"--pidfd-socket", socket.path()});
  const Terminal pidfd = socket.receive();
  const std::string info = read_file("/proc/self/fdinfo/" + std::to_string(pidfd.master()));
  expect_contains("the received pidfd", info, "Pid:\t" + std::to_string(sandbox.init_pid()) + "\n");
  force_delete(sandbox);
}
const Case kPidfd("streams/the-pidfd-comes-over-its-socket", "cli-contract 6", pidfd_comes);

// Socket activation: sd_listen_fds(3).
void listen_fds(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle
      .shell(
          "echo $LISTEN_FDS $LISTEN_PID $LISTEN_FDNAMES; cat <&3; cat <&4; cat <&5; "
          "if ( : <&6 ) 2>/dev/null; then echo more; fi")
      .write();
  std::vector<int> opened;
  Spawn spawn = sandbox.invocation(
      {"run", "--preserve-fds", "1", "--bundle", bundle.directory(), sandbox.id()});
  for (const char* name : {"three", "four", "five", "six"}) {
    write_file(sandbox.path(name), std::string(name) + "\n");
    opened.push_back(::open(sandbox.path(name).c_str(), O_RDONLY | O_CLOEXEC));
    spawn.fds.emplace_back(opened.back(), 2 + static_cast<int>(opened.size()));
  }
  spawn.env = {"LISTEN_FDS=2", "LISTEN_FDNAMES=web:admin"};
  Spawn addressed = spawn;
  addressed.argv = {"/bin/sh", "-c", "LISTEN_PID=$$ exec \"$@\"", "sh"};
  addressed.argv.insert(addressed.argv.end(), spawn.argv.begin(), spawn.argv.end());
  const Outcome ran = sandbox.call(addressed);
  bundle.shell("echo \"<$LISTEN_FDS>\"; if ( : <&4 ) 2>/dev/null; then echo more; fi").write();
  spawn.env.emplace_back("LISTEN_PID=1");
  const Outcome not_ours = sandbox.call(spawn);
  for (const int fd : opened)
    ::close(fd);
  expect_equal("descriptors of the program", ran.out, "2 1 web:admin\nthree\nfour\nfive\n");
  expect_equal("descriptors of another process", not_ours.out, "<>\n");
}
const Case kListen("streams/listening-sockets-are-handed-over-with-their-names", "sd_listen_fds(3)",
                   listen_fds);

// The debug log has a record for each stage, and the failure last.
void debug_log(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.args({"/no/such/program"}).write();
  const std::string log = sandbox.path("log");
  sandbox.call({"--debug", "--log", log, "--log-format", "json", "create", "--bundle",
                bundle.directory(), sandbox.id()});
  const std::vector<std::string> records = lines(read_file(log));
  expect(records.size() > 1, "there is one record alone");
  for (const std::string& record : records)
    parse_json("a record", record);
  expect_contains("the first record", records.front(), R"("level":"debug")");
  expect_contains("the last record", records.back(), R"("level":"error")");
}
const Case kDebug("cli/debug-tells-the-stages", "cli-contract 5.6", debug_log);

// The journal's native protocol, in the private /run of the case.
void journal(Sandbox& sandbox) {
  require_option(sandbox, "create", "--bundle");
  // A runtime without this feature takes the word for a file name, relative to its directory.
  const auto logging_there = [&sandbox](const Words& words) {
    Spawn spawn = sandbox.invocation(words);
    spawn.argv.insert(spawn.argv.begin() + 1, {"--log", "journald:web1"});
    spawn.cwd = sandbox.path("");
    return sandbox.call(spawn);
  };
  const Outcome refused = logging_there({"list"});
  if (sandbox.runtime().json_paths) {
    expect(refused.exit_code != 0, "without a journal it exits 0");
    expect_contains("the message", refused.err, "--log journald:web1");
  }
  make_dir("/run/systemd/journal");
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  std::strcpy(name.sun_path, "/run/systemd/journal/socket");
  expect(::bind(socket, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0,
         "the journal cannot listen");
  logging_there({"start", sandbox.id()});
  char text[8192];
  const ssize_t got = ::recv(socket, text, sizeof text, MSG_DONTWAIT);
  ::close(socket);
  remove_tree("/run/systemd");
  expect(got > 0, "the journal gets nothing");
  const std::string entry = "\n" + std::string(text, static_cast<size_t>(got));
  expect_contains("the entry", entry, "\nPRIORITY=3\n");
  expect_contains("the entry", entry, "\nID=web1\n");
  expect_contains("the entry", entry, "\nMESSAGE=");
  expect_contains("the entry", entry, "does not exist");
}
const Case kJournal("cli/the-log-may-be-the-journal", "cli-contract 3", journal);

}  // namespace
}  // namespace oci::conformance
