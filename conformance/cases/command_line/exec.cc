// exec: one more process in a running container (cli-contract 4).
#include <sys/syscall.h>
#include <unistd.h>

#include "conformance/cases/command_line/exec_case.h"
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/facts.h"
#include "conformance/harness/files.h"
#include "conformance/harness/sandbox.h"
#include "conformance/harness/terminal.h"

namespace oci::conformance {
namespace {

// Init writes its facts, then stays.
Facts start_with_facts(Sandbox& sandbox, Bundle& bundle) {
  bundle.shell("probe facts > /tmp/facts; echo ready; sleep 1000");
  sandbox.create_and_start(bundle);
  sandbox.said(1);
  return Facts(read_file(bundle.rootfs("tmp/facts")));
}

void same_world(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.new_namespace("cgroup");
  const Facts init = start_with_facts(sandbox, bundle);
  const Facts seen = exec_facts(sandbox);
  for (const char* type : {"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"}) {
    const std::string at = std::string("/namespaces/") + type;
    expect_equal(std::string("namespace ") + type, seen.text(at), init.text(at));
  }
  expect_equal("cgroup", seen.words("/cgroup"), init.words("/cgroup"));
  expect_equal("root directory", seen.words("/root"), init.words("/root"));
  expect_equal("parent as seen inside", seen.number("/ppid"), 0);
  expect(seen.number("/pid") > 1, "it is the init of its namespace");
  sandbox.stop_and_remove();
}
const Case kSameWorld("exec/it-is-in-every-namespace-and-the-cgroup-of-the-container",
                      "cli-contract 4", same_world);

void as_confined(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.set("/process/noNewPrivileges", true)
      .set_json("/linux/seccomp", R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": []})")
      .set_json("/process/rlimits", R"([{"type": "RLIMIT_CORE", "soft": 77, "hard": 88}])");
  const Facts init = start_with_facts(sandbox, bundle);
  const Facts seen = exec_facts(sandbox);
  for (const char* fact : {"no_new_privs", "seccomp", "uid", "gid"}) {
    expect_equal(fact, seen.text(std::string("/") + fact), init.text(std::string("/") + fact));
  }
  expect_equal("core files", seen.text("/limits/core"), init.text("/limits/core"));
  for (const char* set : {"/CapBnd", "/CapEff", "/CapInh", "/CapPrm", "/CapAmb"}) {
    expect_equal(set, seen.text(set), init.text(set));
  }
  sandbox.stop_and_remove();
}
const Case kConfined("exec/it-is-confined-as-the-container-is", "cli-contract 4", as_confined);

void in_user_namespace(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.user_namespace();
  const Facts init = start_with_facts(sandbox, bundle);
  const Facts seen = exec_facts(sandbox);
  expect_equal("user namespace", seen.text("/namespaces/user"), init.text("/namespaces/user"));
  expect_equal("uid", seen.text("/uid"), "0\t0\t0\t0");
  sandbox.stop_and_remove();
}
const Case kUserNamespace("exec/in-a-user-namespace-it-is-mapped-root", "cli-contract 4",
                          in_user_namespace);

void options(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("echo ready; sleep 1000");
  sandbox.create_and_start(bundle);
  sandbox.said(1);
  const Facts seen = exec_facts(
      sandbox, {"--user", "1234:5678", "--env", "ONE=1", "--env", "TWO=a=b", "--cwd", "/tmp"});
  expect_equal("uid", seen.text("/uid"), "1234\t1234\t1234\t1234");
  expect_equal("gid", seen.text("/gid"), "5678\t5678\t5678\t5678");
  expect_equal("ONE", seen.variable("ONE"), "1");
  expect_equal("TWO", seen.variable("TWO"), "a=b");
  expect_equal("working directory", seen.text("/cwd"), "/tmp");
  sandbox.stop_and_remove();
}
const Case kOptions("exec/options-change-the-process", "cli-contract 4", options);

void process_file(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("echo ready; sleep 1000");
  sandbox.create_and_start(bundle);
  sandbox.said(1);
  const std::string file = sandbox.path("process.json");
  write_file(file, R"({"args": ["/bin/probe", "facts"], "cwd": "/etc", "env": ["PATH=/bin", "X=y"],
      "user": {"uid": 12, "gid": 34, "additionalGids": [56, 78]}, "noNewPrivileges": true})");
  const Facts seen = exec_facts(sandbox, {"--process", file});
  expect_equal("uid", seen.text("/uid"), "12\t12\t12\t12");
  expect_equal("groups", seen.words("/groups"), Words{"56", "78"});
  expect_equal("X", seen.variable("X"), "y");
  expect_equal("working directory", seen.text("/cwd"), "/etc");
  expect_equal("capabilities", seen.text("/CapEff"), "0000000000000000");
  expect_equal("no_new_privs", seen.text("/no_new_privs"), "1");
  sandbox.stop_and_remove();
}
const Case kProcess("exec/a-process-file-is-the-process", "cli-contract 1.1", process_file);

void exit_codes(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("sleep 1000");
  sandbox.create_and_start(bundle);
  expect_equal("its own code", exec(sandbox, {}, {"sh", "-c", "exit 37"}).exit_code, 37);
  expect_equal("a signal", exec(sandbox, {}, {"sh", "-c", "kill -9 $$"}).exit_code, 128 + 9);
  const Outcome missing = exec(sandbox, {}, {"no-such-program"});
  expect_equal("of a missing program", missing.exit_code, 255);
  expect_contains("the message", missing.err, "executable file not found in $PATH");
  const Outcome folder = exec(sandbox, {}, {"/bin"});
  expect(folder.exit_code != 0, "a directory was executed");
  expect_contains("the message", folder.err, "permission denied");
  sandbox.stop_and_remove();
}
const Case kCodes("exec/exit-codes-are-the-programs-or-255", "cli-contract 7", exit_codes);

void detached(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("sleep 1000");
  sandbox.create_and_start(bundle);
  const std::string file = sandbox.path("exec.pid");
  const Outcome outcome = exec(sandbox, {"--detach", "--pid-file", file}, {"sleep", "1000"});
  expect_equal("exit code (" + outcome.err + ")", outcome.exit_code, 0);
  const std::string text = read_file(file);
  expect(!text.empty() && text.find_first_not_of("0123456789") == text.npos,
         "the pid file has more than the number: '" + text + "'");
  expect_contains("the program that runs", read_file("/proc/" + text + "/cmdline"), "sleep");
  end(std::stoi(text));
  sandbox.stop_and_remove();
}
const Case kDetached("exec/detached-it-leaves-a-pid-file", "cli-contract 1.1", detached);

void terminal_over(Sandbox& sandbox, const std::string& path) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("sleep 1000")
      .mount("/dev/pts", "devpts", "devpts", {"nosuid", "noexec", "newinstance", "ptmxmode=0666"});
  sandbox.create_and_start(bundle);
  ConsoleSocket socket(path);
  const std::string file = sandbox.path("exec.pid");
  const Outcome outcome =
      exec(sandbox, {"-d", "-t", "--pid-file", file, "--console-socket", socket.path()},
           {"sh", "-c", "tty; read word; echo \"<$word>\""});
  expect_equal("exit code (" + outcome.err + ")", outcome.exit_code, 0);
  Terminal opened = socket.receive();
  opened.type("typed\n");
  expect_contains("the terminal's output", opened.read_until("<typed>"), "/dev/pts/");
  end(std::stoi(read_file(file)));
  sandbox.stop_and_remove();
}
const Case kTerminal("exec/a-terminal-comes-over-the-console-socket", "cli-contract 6",
                     [](Sandbox& sandbox) {
                       terminal_over(sandbox, sandbox.path("console.sock"));
                     });
const Case kLongSocket("exec/a-console-socket-with-a-long-path", "cli-contract 6",
                       [](Sandbox& sandbox) {
                         terminal_over(sandbox, long_path(sandbox, "console.sock"));
                       });

void plain_lines(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("sleep 1000")
      .mount("/dev/pts", "devpts", "devpts", {"nosuid", "noexec", "newinstance", "ptmxmode=0666"});
  sandbox.create_and_start(bundle);
  Terminal terminal = Terminal::open_new();
  Spawn spawn = sandbox.invocation(
      exec_of(sandbox, {"-t"}, {"/bin/sh", "-c", "echo one; [ -t 1 ] && echo terminal"}));
  const std::string file = sandbox.path("written");
  spawn.argv.insert(spawn.argv.begin(), {"/bin/sh", "-c", "exec \"$@\" >" + file, "sh"});
  spawn.terminal = terminal.slave();
  Command running(std::move(spawn), sandbox.directory());
  expect_equal("exit code", running.wait().exit_code, 0);
  sandbox.stop_and_remove();
  expect_equal("contents of the file", read_file(file), "one\nterminal\n");
}
const Case kPlainLines("exec/a-terminal-writes-plain-lines-to-a-file", "cli-contract 6",
                       plain_lines);

void users_by_number(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("sleep 1000");
  sandbox.create_and_start(bundle);
  for (const char* text : {"1:", ":1", "1x", " 1", "0x1", "4294967295", "4294967296"}) {
    const Outcome outcome = exec(sandbox, {"--user", text}, {"true"});
    expect(outcome.exit_code != 0, std::string("--user '") + text + "' was taken");
  }
  sandbox.stop_and_remove();
}
const Case kUsers("exec/a-user-that-is-no-number-is-refused", "CVE-2026-30892", users_by_number);

void not_running(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("exit 0");
  sandbox.create_and_start(bundle);
  sandbox.wait_stopped();
  const Outcome outcome = exec(sandbox, {}, {"true"});
  expect(outcome.exit_code != 0, "it ran in a stopped container");
  sandbox.remove();
  expect(exec(sandbox, {}, {"true"}).exit_code != 0, "it ran in no container");
}
const Case kStopped("exec/not-in-a-stopped-container", "cli-contract 8.2", not_running);

void no_descriptors(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("sleep 1000");
  sandbox.create_and_start(bundle);
  const Facts seen = exec_facts(sandbox);
  for (int fd = 3; fd < 40; ++fd) {
    expect(!seen.has("/fds/" + std::to_string(fd)),
           "descriptor " + std::to_string(fd) + " is open inside");
  }
  for (int fd = 3; fd < 20; ++fd) {
    const Outcome outcome =
        exec(sandbox, {"--cwd", "/proc/self/fd/" + std::to_string(fd)}, {"cat", "/etc/hostname"});
    expect_lacks("its input", outcome.out, read_file("/proc/sys/kernel/hostname"));
  }
  sandbox.stop_and_remove();
}
const Case kDescriptors("exec/nothing-of-the-runtime-is-open-inside",
                        "CVE-2016-9962, CVE-2024-21626", no_descriptors);

void missing_directory(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("sleep 1000");
  sandbox.create_and_start(bundle);
  const Outcome outcome = exec(sandbox, {"--cwd", "/data/typo"}, {"true"});
  expect(outcome.exit_code != 0, "it ran");
  expect_contains("the message", outcome.err, "/data/typo");
  expect(!exists(bundle.rootfs("data")), "the directory was made");
  sandbox.stop_and_remove();
}
const Case kMissing("exec/a-missing-working-directory-is-refused-and-not-made", "cli-contract 1.4",
                    missing_directory);

// KEYCTL_GET_KEYRING_ID of keyctl(2), for the session keyring.
std::string own_keyring() {
  return std::to_string(::syscall(SYS_keyctl, 0, -3, 0));
}

void same_keyring(Sandbox& sandbox) {
  const Words probe = {"/bin/probe", "keyring"};
  Bundle bundle = sandbox.bundle();
  bundle.shell("sleep 1000");
  bundle.write();
  for (const bool own : {true, false}) {
    Words create = {"create", "--bundle", bundle.directory(), sandbox.id()};
    if (!own) create.insert(create.begin() + 1, "--no-new-keyring");
    expect_equal("exit code", sandbox.call(create).exit_code, 0);
    expect_equal("exit code", sandbox.call({"start", sandbox.id()}).exit_code, 0);
    const bool same = trimmed(exec(sandbox, {}, probe).out) == own_keyring();
    expect_equal("the caller's keyring is that of exec", same, !own);
    sandbox.remove_forced();
  }
}
const Case kKeyring("exec/no-new-keyring-of-create-holds-for-exec", "cli-contract 4", same_keyring);

void edited_config(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.set("/process/noNewPrivileges", true).shell("sleep 1000");
  sandbox.create_and_start(bundle);
  write_file(bundle.directory() + "/config.json", "{}");
  expect_equal("no_new_privs", exec_facts(sandbox).text("/no_new_privs"), "1");
  sandbox.stop_and_remove();
}
const Case kEdited("exec/an-edited-config-has-no-effect", "runtime.md#lifecycle", edited_config);

void affinity(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("sleep 1000");
  sandbox.create_and_start(bundle);
  if (::sysconf(_SC_NPROCESSORS_ONLN) < 2) throw Skipped("needs two CPUs");
  const std::string file = sandbox.path("process.json");
  write_file(file, R"({"args": ["/bin/probe", "facts"], "cwd": "/", "env": ["PATH=/bin"],
      "user": {"uid": 0, "gid": 0}, "execCPUAffinity": {"initial": "0", "final": "1"}})");
  expect_equal("CPUs", exec_facts(sandbox, {"--process", file}).text("/cpus"), "1");
  sandbox.stop_and_remove();
}
const Case kAffinity("exec-cpu-affinity/final-is-where-it-runs", "config.md#linux-process",
                     affinity);

}  // namespace
}  // namespace oci::conformance
