// oci-rt seccomp record: the profile of a container is what its program needs, and no more.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "conformance/cases/command_line/callers_filter.h"
#include "conformance/cases/command_line/rootless_user.h"
#include "conformance/harness/terminal.h"

namespace oci::conformance {
namespace {

constexpr char kHelp[] = "oci-rt seccomp --help";

// A call that the shell, its programs and the C library do not make.
const std::string kRareCall = std::to_string(SYS_getpriority);

// The name of the directory becomes the id and the cgroup of the container.
Bundle make(Sandbox& sandbox, const std::string& more = "") {
  if (!sandbox.runtime().json_paths) throw Skipped("the verb is oci-rt's own");
  return sandbox.bundle("record-" + sandbox.id() + more);
}

Words recording(const Bundle& bundle, const Words& more = {}) {
  Words words = {"seccomp", "record"};
  words.insert(words.end(), more.begin(), more.end());
  words.push_back(bundle.directory());
  return words;
}

Outcome record(Sandbox& sandbox, Bundle& bundle, const Words& options = {}) {
  bundle.write();
  Spawn spawn = sandbox.invocation(recording(bundle, options));
  spawn.seconds = 60;
  return sandbox.call(std::move(spawn));
}

// The profile, of a program that exits 0.
std::string recorded(Sandbox& sandbox, Bundle& bundle) {
  const Outcome outcome = record(sandbox, bundle);
  expect_equal("record (" + trimmed(outcome.err) + ") exits with", outcome.exit_code, 0);
  return outcome.out;
}

bool allows(const std::string& profile, const std::string& call) {
  return profile.find("\"" + call + "\"") != std::string::npos;
}

Outcome run_under(Sandbox& sandbox, Bundle& bundle, const std::string& profile) {
  bundle.set_json("/linux/seccomp", profile);
  const Outcome outcome = sandbox.run(bundle);
  bundle.remove("/linux/seccomp");
  return outcome;
}

constexpr char kScript[] =
    "set -e; mkdir /tmp/d; echo text > /tmp/d/f; cat /tmp/d/f; ls /tmp/d; chmod 600 /tmp/d/f; "
    "id -u; (sleep 0.01; echo child) & wait; uname -s; rm -r /tmp/d; ";

void shell(Sandbox& sandbox) {
  for (const bool no_new_privileges : {false, true}) {
    Bundle bundle = make(sandbox, no_new_privileges ? "-restricted" : "");
    bundle.set("/process/noNewPrivileges", no_new_privileges).shell(kScript);
    const std::string expected = sandbox.output(bundle, kScript);
    const Outcome outcome = record(sandbox, bundle);
    expect_equal("record (" + outcome.err + ") exits with", outcome.exit_code, 0);
    expect_equal("the program's output", outcome.err, expected);
    expect_contains("the profile", outcome.out, "\"defaultAction\": \"SCMP_ACT_ERRNO\"");
    expect(allows(outcome.out, "getpriority") == false, "it has a call that was not made");
    const Outcome again = run_under(sandbox, bundle, outcome.out);
    expect_equal("under its profile (" + again.err + ") it exits with", again.exit_code, 0);
    expect_equal("the output under its profile", again.out, expected);
    // The control: one call more.
    bundle.shell(kScript + ("/bin/probe syscall " + kRareCall));
    const Outcome more = run_under(sandbox, bundle, outcome.out);
    expect_equal("with one call more it exits with", more.exit_code, 1);
    expect_contains("its output", more.out, "1 Operation not permitted");
    // Which is the profile's doing.
    expect_equal("the same without the profile", sandbox.run(bundle).exit_code, 0);
  }
}
const Case kShell("seccomp/record-makes-a-profile-that-runs-the-program-again", kHelp, shell);

void threads(Sandbox& sandbox) {
  Bundle bundle = make(sandbox);
  bundle.args({"/bin/probe", "thread", kRareCall});
  const std::string profile = recorded(sandbox, bundle);
  expect(allows(profile, "getpriority"), "the profile lacks the call of the thread");
  const Outcome again = run_under(sandbox, bundle, profile);
  expect_equal("under its profile (" + again.out + ") it exits with", again.exit_code, 0);
  bundle.args({"/bin/probe", "thread", std::to_string(SYS_getpgrp)});
  const Outcome other = run_under(sandbox, bundle, profile);
  expect_contains("another call of the thread", other.out, "1 Operation not permitted");
}
const Case kThreads("seccomp/record-sees-every-thread", kHelp, threads);

// Init reads its gate and sets descriptors behind the recording filter; a profile needs none of it.
void least(Sandbox& sandbox) {
  Bundle bundle = make(sandbox);
  bundle.args({"/bin/probe", "syscall", kRareCall}).set("/process/noNewPrivileges", true);
  const std::string profile = recorded(sandbox, bundle);
  for (const char* const call : {"capset", "close", "fcntl", "read", "seccomp"})
    expect(!allows(profile, call), std::string("the profile has ") + call);
  expect_equal("under its profile it exits with", run_under(sandbox, bundle, profile).exit_code, 0);
  // Of init without noNewPrivileges.
  bundle.set("/process/noNewPrivileges", false);
  const std::string privileged = recorded(sandbox, bundle);
  expect(allows(privileged, "capset"), "the profile lacks capset");
  expect_equal("under its profile it exits with", run_under(sandbox, bundle, privileged).exit_code,
               0);
}
const Case kLeast("seccomp/record-leaves-out-the-calls-of-init", kHelp, least);

void hooks(Sandbox& sandbox) {
  Bundle bundle = make(sandbox);
  bundle.set("/process/noNewPrivileges", true)
      .shell("cat /tmp/hook")
      .set_json("/hooks", R"({"startContainer": [
        {"path": "/bin/sh", "args": ["sh", "-c", "mkdir /tmp/d; echo ran > /tmp/hook"]}]})");
  const std::string profile = recorded(sandbox, bundle);
  expect(allows(profile, "mkdir"), "the profile lacks a call of the hook");
  ::rmdir(bundle.rootfs("tmp/d").c_str());
  const Outcome again = run_under(sandbox, bundle, profile);
  expect_equal("under its profile (" + again.err + ") it says", again.out, "ran\n");
}
const Case kHooks("seccomp/record-sees-startcontainer-hooks", kHelp, hooks);

// A filter of config.json refuses nothing meanwhile.
void file(Sandbox& sandbox) {
  Bundle bundle = make(sandbox);
  bundle.shell("echo said; exit 7")
      .set_json("/linux/seccomp",
                R"({"defaultAction": "SCMP_ACT_ALLOW",
                    "syscalls": [{"names": ["write"], "action": "SCMP_ACT_ERRNO"}]})");
  const std::string path = sandbox.path("profile.json");
  write_file(path, std::string(1 << 16, 'x'));
  const Outcome outcome = record(sandbox, bundle, {"--output", path});
  expect_equal("exit code of the program", outcome.exit_code, 7);
  expect_equal("stdout", outcome.out, "said\n");
  expect_equal("stderr", outcome.err, "");
  parse_json("the file", read_file(path));
  expect_equal("under its profile it exits with",
               run_under(sandbox, bundle, read_file(path)).exit_code, 7);
}
const Case kFile("seccomp/record-writes-a-file", kHelp, file);

void refused(Sandbox& sandbox) {
  Bundle bundle = make(sandbox);
  bundle.shell("exit 0");
  recorded(sandbox, bundle);  // the control
  const std::string path = sandbox.path("profile.json");
  bundle.args({"/bin/missing"});
  const Outcome missing = record(sandbox, bundle, {"--output", path});
  expect_equal("with a missing program it exits with", missing.exit_code, 1);
  expect_contains("the message", missing.err, "/bin/missing");
  expect_equal("lines", lines(missing.err).size(), 1U);
  expect(!exists(path), "a profile was written");
  // Here execve(2) fails, behind the filter.
  bundle.file("bin/data", "data", 0755).args({"/bin/data"});
  const Outcome data = record(sandbox, bundle);
  expect_equal("with a file that is no program it exits with", data.exit_code, 1);
  expect_equal("stdout", data.out, "");
  bundle.shell("exit 0");
  for (const Words& options : {Words{"--output", "/no/dir/file"}, Words{"--json"}})
    expect_equal("with " + shown(options), record(sandbox, bundle, options).exit_code, 1);
  bundle.remove("/process");
  expect_contains("without a process", record(sandbox, bundle).err, "process: ");
}
const Case kRefused("seccomp/record-of-nothing-writes-nothing", kHelp, refused);

void signals(Sandbox& sandbox) {
  Bundle bundle = make(sandbox);
  bundle.shell("trap 'exit 9' TERM; echo ready; while :; do sleep 0.05; done").write();
  Spawn spawn = sandbox.invocation(recording(bundle, {"--output", sandbox.path("profile.json")}));
  spawn.seconds = 60;
  Command command(std::move(spawn), sandbox.directory());
  expect(eventually([&] { return read_file(command.out_file()) == "ready\n"; }), "it starts not");
  command.signal(SIGTERM);
  expect_equal("exit code", command.wait().exit_code, 9);
  expect(allows(read_file(sandbox.path("profile.json")), "rt_sigreturn"), "no profile");
}
const Case kSignals("seccomp/record-passes-signals-on", kHelp, signals);

Spawn at(const Terminal& terminal, Sandbox& sandbox, const Words& words) {
  Spawn spawn = sandbox.invocation(words);
  spawn.terminal = terminal.slave();
  spawn.seconds = 60;
  return spawn;
}

void on_terminal(Sandbox& sandbox) {
  Bundle bundle = make(sandbox);
  bundle.mount("/dev", "tmpfs", "tmpfs", {"mode=755"})
      .mount("/dev/pts", "devpts", "devpts", {"newinstance", "ptmxmode=0666", "mode=0620"})
      .set("/process/terminal", true)
      .shell("stty size; read word; echo got $word; exit 4")
      .write();
  const std::string path = sandbox.path("profile.json");
  Terminal terminal = Terminal::open_new();
  terminal.resize(33, 77);
  Command command(at(terminal, sandbox, recording(bundle, {"--output", path})),
                  sandbox.directory());
  terminal.close_slave();
  terminal.read_until("33 77");
  terminal.type("word\n");
  expect_contains("the output", terminal.read_all(), "got word");
  expect_equal("exit code", command.wait().exit_code, 4);
  expect(allows(read_file(path), "ioctl"), "no profile");
}
const Case kTerminal("seccomp/record-has-a-terminal", kHelp, on_terminal);

// The kernel sends SIGINT to every process in front of the terminal.
void interrupted(Sandbox& sandbox) {
  Bundle bundle = make(sandbox);
  bundle
      .shell(
          "trap 'echo interrupted' INT; echo ready; "
          "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do sleep 0.1; done")
      .write();
  Terminal terminal = Terminal::open_new();
  Command command(at(terminal, sandbox, recording(bundle)), sandbox.directory());
  terminal.close_slave();
  terminal.read_until("ready");
  terminal.type("\x03");
  const std::string output = terminal.read_all();
  const size_t first = output.find("interrupted");
  expect(first != output.npos, "the signal does not arrive");
  expect(output.find("interrupted", first + 1) == output.npos, "the signal arrives twice");
  expect_equal("exit code", command.wait().exit_code, 0);
  expect(allows(output, "rt_sigreturn"), "no profile");
}
const Case kInterrupted("seccomp/record-passes-a-key-of-the-terminal-on-once", kHelp, interrupted);

void unprivileged(Sandbox& sandbox) {
  if (!sandbox.runtime().json_paths) throw Skipped("the verb is oci-rt's own");
  const User user(sandbox);
  Bundle bundle = user.bundle("record-" + sandbox.id());
  bundle.shell("id -u; echo text > /tmp/f; cat /tmp/f").write();
  Spawn spawn = user.invocation(recording(bundle));
  spawn.seconds = 60;
  const Outcome outcome = sandbox.call(std::move(spawn));
  expect_equal("record (" + outcome.err + ") exits with", outcome.exit_code, 0);
  expect_equal("the program's output", outcome.err, "0\ntext\n");
  bundle.set_json("/linux/seccomp", outcome.out).write();
  const Outcome again =
      sandbox.call(user.invocation({"run", "--bundle", bundle.directory(), sandbox.id()}));
  expect_equal("under its profile (" + again.err + ") it says", again.out, "0\ntext\n");
}
const Case kUnprivileged("seccomp/record-needs-no-privilege", kHelp, unprivileged);

// Becomes the parent of the runtime, and keeps the listener of a filter that both have.
void load_listening_filter() {
  sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  const sock_fprog filter = {1, &allow};
  const unsigned flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;
  if (::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter) < 0) ::_exit(125);
  const pid_t child = ::fork();
  if (child == 0) return;
  int status = 0;
  ::waitpid(child, &status, 0);
  ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 125);
}

void below(Sandbox& sandbox) {
  Bundle bundle = make(sandbox);
  bundle.shell("exit 0");
  recorded(sandbox, bundle);  // the control
  Spawn spawn = sandbox.invocation(recording(bundle));
  spawn.before = load_listening_filter;
  const Outcome second = sandbox.call(spawn);
  expect_equal("below a filter with a listener (" + second.err + ") it exits with",
               second.exit_code, 1);
  expect_contains("the message", second.err, "a filter of the caller has a listener");
  const Outcome denied =
      call_below(sandbox, {SYS_seccomp, 0, 0, 0, EPERM}, sandbox.invocation(recording(bundle)));
  expect_contains("the message", denied.err, "seccomp(2) gives no listener (errno 1)");
  expect_equal("lines", lines(denied.err).size(), 1U);
}
const Case kBelow("seccomp/record-says-why-it-cannot", kHelp, below);

// A program that joins the container meanwhile is part of it.
void joined(Sandbox& sandbox) {
  Bundle bundle = make(sandbox);
  bundle.shell("echo ready; read word < /tmp/wait; exit 0").write();
  expect_equal("mkfifo", ::mkfifo(bundle.rootfs("tmp/wait").c_str(), 0666), 0);
  const std::string path = sandbox.path("profile.json");
  Spawn spawn = sandbox.invocation(recording(bundle, {"--output", path}));
  spawn.seconds = 60;
  Command command(std::move(spawn), sandbox.directory());
  expect(eventually([&] { return read_file(command.out_file()) == "ready\n"; }), "it starts not");
  const Outcome exec =
      sandbox.call({"exec", "record-" + sandbox.id(), "/bin/probe", "syscall", kRareCall});
  expect_equal("exec (" + exec.err + ") exits with", exec.exit_code, 0);
  write_file(bundle.rootfs("tmp/wait"), "go\n");
  expect_equal("exit code", command.wait().exit_code, 0);
  expect(allows(read_file(path), "getpriority"), "the profile lacks the call of exec");
}
const Case kJoined("seccomp/record-sees-programs-of-exec", kHelp, joined);

}  // namespace
}  // namespace oci::conformance
