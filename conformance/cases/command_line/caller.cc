// A process inherits attributes from its parent, here the caller of the runtime. A container gets
// the configured values or the kernel's defaults, not those of an engine's unit or of a shell.
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>

#include "conformance/cases/command_line/exec_case.h"
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

std::string own_status(const std::string& name) {
  for (const std::string& line : lines(read_file("/proc/self/status"))) {
    if (line.starts_with(name + ":")) return trimmed(line.substr(name.size() + 1));
  }
  return "";
}

// All CPUs that the cpuset of this process allows.
std::string all_cpus() {
  cpu_set_t before, all;
  ::sched_getaffinity(0, sizeof before, &before);
  CPU_ZERO(&all);
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    CPU_SET(cpu, &all);
  ::sched_setaffinity(0, sizeof all, &all);
  std::string list = own_status("Cpus_allowed_list");
  ::sched_setaffinity(0, sizeof before, &before);
  if (list.find_first_of(",-") == list.npos) throw Skipped("needs two CPUs");
  return list;
}

// Like CPUAffinity= in systemd.
void use_one_cpu() {
  cpu_set_t set;
  ::sched_getaffinity(0, sizeof set, &set);
  int first = 0;
  while (!CPU_ISSET(first, &set))
    ++first;
  CPU_ZERO(&set);
  CPU_SET(first, &set);
  if (::sched_setaffinity(0, sizeof set, &set) != 0) ::_exit(125);
}

Spawn handing_down(const Sandbox& sandbox, const Words& words, void (*before)()) {
  Spawn spawn = sandbox.invocation(words);
  spawn.before = before;
  return spawn;
}

Facts facts_from(Sandbox& sandbox, const Words& words, void (*before)()) {
  const Outcome outcome = sandbox.call(handing_down(sandbox, words, before));
  expect_equal("exit code (" + outcome.err + ")", outcome.exit_code, 0);
  return Facts(outcome.out);
}

// Returns the pid of init, which is a child of the case.
pid_t create_from(Sandbox& sandbox, Bundle& bundle, void (*before)(), const std::string& out) {
  bundle.write();
  const std::string pid_file = sandbox.path("created.pid");
  Spawn create = handing_down(
      sandbox, {"create", "--bundle", bundle.directory(), "--pid-file", pid_file, sandbox.id()},
      before);
  create.out_file = out;
  const Outcome created = sandbox.call(create);
  expect_equal("exit code of create (" + created.err + ")", created.exit_code, 0);
  return std::atoi(read_file(pid_file).c_str());
}

// Calls `run`, then `create` and `start`, then `exec`, each with `before` run in the child. Passes
// the facts of each to `look`.
void with_each_verb(Sandbox& sandbox, Bundle& bundle, void (*before)(),
                    const std::function<void(const std::string&, const Facts&)>& look) {
  bundle.write();
  look("run", facts_from(sandbox, {"run", "--bundle", bundle.directory(), sandbox.id()}, before));
  const std::string out = sandbox.path("created.out");
  const pid_t pid = create_from(sandbox, bundle, before, out);
  expect_equal("exit code of start",
               sandbox.call(handing_down(sandbox, {"start", sandbox.id()}, before)).exit_code, 0);
  expect(wait_child(pid, 5000).has_value(), "the container does not end");
  look("create and start", Facts(read_file(out)));
  sandbox.remove_forced();
  bundle.shell("sleep 1000");
  sandbox.create_and_start(bundle);
  look("exec", facts_from(sandbox, {"exec", sandbox.id(), "/bin/probe", "facts"}, before));
  sandbox.stop_and_remove();
}

void affinity(Sandbox& sandbox) {
  const std::string all = all_cpus();
  Bundle bundle = sandbox.bundle();
  with_each_verb(sandbox, bundle, use_one_cpu, [&](const std::string& verb, const Facts& facts) {
    expect_equal("CPUs after " + verb, facts.text("/cpus"), all);
  });
}
const Case kAffinity("caller/its-cpu-affinity-is-not-the-containers", "reliability 4", affinity);

void affinity_and_cpuset(Sandbox& sandbox) {
  require_controller("cpuset");
  if (all_cpus() != "0-1") throw Skipped("needs two CPUs, 0 and 1");
  Bundle bundle = sandbox.bundle();
  bundle.set("/linux/resources/cpu/cpus", "1").shell("sleep 1000");
  const pid_t pid = create_from(sandbox, bundle, use_one_cpu, "");
  sandbox.start();
  const auto seen = [&] { return exec_facts(sandbox).text("/cpus"); };
  expect_equal("CPUs of exec", seen(), "1");
  const std::string status = "/proc/" + std::to_string(pid) + "/status";
  expect_contains("the status of pid 1", read_file(status), "Cpus_allowed_list:\t1\n");
  expect_equal("exit code of update",
               sandbox.call({"update", "--cpuset-cpus", "0-1", sandbox.id()}).exit_code, 0);
  expect_contains("its status after the update", read_file(status), "Cpus_allowed_list:\t0-1\n");
  sandbox.remove_forced();
}
const Case kCpuset("caller/its-cpu-affinity-does-not-outlive-the-cpuset", "config-linux.md#cpu",
                   affinity_and_cpuset);

// execCPUAffinity without `final`: the process stays on the initial CPUs.
void initial_affinity(Sandbox& sandbox) {
  const std::string all = all_cpus();
  if (all != "0-1") throw Skipped("needs two CPUs, 0 and 1");
  Bundle bundle = sandbox.bundle();
  bundle.shell("sleep 1000");
  sandbox.create_and_start(bundle);
  const auto with = [&](const std::string& wanted) {
    const std::string file = sandbox.path("process.json");
    write_file(file, R"({"args": ["/bin/probe", "facts"], "cwd": "/", "env": ["PATH=/bin"],
        "user": {"uid": 0, "gid": 0}, "execCPUAffinity": )" +
                         wanted + "}");
    return facts_from(sandbox, {"exec", "--process", file, sandbox.id()}, use_one_cpu)
        .text("/cpus");
  };
  expect_equal("CPUs with initial alone", with(R"({"initial": "1"})"), "1");
  expect_equal("CPUs with final alone", with(R"({"final": "1"})"), "1");
  expect_equal("CPUs with neither", with("{}"), all);
  sandbox.stop_and_remove();
}
const Case kInitial("exec-cpu-affinity/initial-alone-stays", "config.md#linux-process",
                    initial_affinity);

// Bypasses the C library, which reserves two signals.
void ignore(int number) {
  struct {
    void* handler;
    unsigned long flags;
    void* restorer;
    uint64_t mask;
  } const ignored = {reinterpret_cast<void*>(SIG_IGN), 0, nullptr, 0};
  ::syscall(SYS_rt_sigaction, number, &ignored, nullptr, sizeof ignored.mask);
}

bool is_the_librarys(int number) {
  return number >= 32 && number <= 34;  // reserved by a C library or by Go
}

void ignore_signals() {
  for (int number = 1; number <= 64; ++number)
    if (number != SIGCHLD && !is_the_librarys(number)) ignore(number);
}

void ignore_the_librarys() {
  for (int number = 1; number <= 64; ++number)
    if (is_the_librarys(number)) ignore(number);
}

void ignore_children() {
  ignore(SIGCHLD);
}

void block_signals() {
  const uint64_t all = ~uint64_t{0};
  ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, nullptr, sizeof all);
}

// SigBlk and SigIgn of proc_pid_status(5).
constexpr const char* kNone = "0000000000000000 0000000000000000";

template <void (*before)()>
void signals(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  with_each_verb(sandbox, bundle, before, [&](const std::string& verb, const Facts& facts) {
    expect_equal("blocked and ignored after " + verb, facts.text("/signals"), kNone);
  });
}
const Case kIgnored("caller/signals-that-it-ignores-are-not-ignored-inside", "reliability 4",
                    signals<ignore_signals>);
const Case kLibrarys("caller/signals-of-the-c-library-are-not-ignored-inside", "reliability 4",
                     signals<ignore_the_librarys>);
const Case kChildren("caller/it-may-ignore-the-end-of-children", "reliability 4",
                     signals<ignore_children>);
const Case kBlocked("caller/signals-that-it-blocks-are-not-blocked-inside", "reliability 4",
                    signals<block_signals>);

constexpr const char* kKinds[] = {"prestart",       "createRuntime", "createContainer",
                                  "startContainer", "poststart",     "poststop"};

template <void (*before)()>
void signals_of_hooks(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  make_dir(sandbox.path("log"));
  bundle.mount("/log", "bind", sandbox.path("log"), {"bind"}).args({"/bin/true"});
  for (const std::string kind : kKinds) {
    const std::string log = kind == "startContainer" ? "/log" : sandbox.path("log");
    const std::string busybox = kind == "startContainer" ? "/bin/busybox" : sandbox.parts().busybox;
    // Not a shell: shells ignore some signals.
    bundle.add("/hooks/" + kind, R"({"path": ")" + busybox +
                                     R"(", "args": ["cp", "/proc/self/status", ")" + log + "/" +
                                     kind + R"("]})");
  }
  bundle.write();
  const Outcome ran = sandbox.call(
      handing_down(sandbox, {"run", "--bundle", bundle.directory(), sandbox.id()}, before));
  expect_equal("exit code (" + ran.err + ")", ran.exit_code, 0);
  for (const std::string kind : kKinds) {
    const std::string status = read_file(sandbox.path("log/" + kind));
    for (const char* set : {"SigBlk", "SigIgn"}) {
      expect_contains("the status of a hook of " + kind, status,
                      std::string(set) + ":\t0000000000000000\n");
    }
  }
}
const Case kHooksIgnored("caller/signals-that-it-ignores-are-not-ignored-in-hooks", "reliability 4",
                         signals_of_hooks<ignore_signals>);
const Case kHooksBlocked("caller/signals-that-it-blocks-are-not-blocked-in-hooks", "reliability 4",
                         signals_of_hooks<block_signals>);

}  // namespace
}  // namespace oci::conformance
