// The process of exec has all attributes of its config, including those that fork does not pass on,
// and those that make fork fail (config.md#process, fork(2)).
#include "conformance/cases/command_line/exec_case.h"
#include "conformance/harness/case.h"

namespace oci::conformance {
namespace {

constexpr char kClause[] = "config.md#linux-process";
constexpr unsigned kUser = 61235;  // a uid without any process on this machine

void scheduled(Sandbox& sandbox) {
  const struct {
    const char* asked;
    const char* policy_to_flags;  // sched_getattr(2)
  } all[] = {
      {R"({"policy": "SCHED_FIFO", "priority": 10})", "1 0 10 0 0 0 0"},
      {R"({"policy": "SCHED_RR", "priority": 9, "flags": ["SCHED_FLAG_RESET_ON_FORK"]})",
       "2 0 9 0 0 0 1"},
      {R"({"policy": "SCHED_DEADLINE", "runtime": 50000, "deadline": 1000000, "period": 2000000})",
       "6 0 0 50000 1000000 2000000 0"},
  };
  for (const auto& [asked, found] : all) {
    Bundle bundle = sandbox.bundle();
    bundle.set_json("/process/scheduler", asked).args({"/bin/probe", "sleep"});
    sandbox.create_and_start(bundle);
    expect_equal(asked, exec_facts(sandbox).text("/scheduler"), found);
    sandbox.stop_and_remove();
  }
}
const Case kScheduled("exec/its-scheduler-is-that-of-the-config", kClause, scheduled);

// The kernel checks against the previous state: setrlimit(2), execve(2).
void limited(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.set("/process/user/uid", kUser)
      .set_json("/process/rlimits", R"([{"type": "RLIMIT_NPROC", "soft": 1, "hard": 1}])")
      .args({"/bin/probe", "sleep"});
  sandbox.create_and_start(bundle);
  expect_equal("the limit", exec_facts(sandbox).text("/limits/nproc"), "1 1");
  const std::string pid_file = sandbox.path("pid");
  const Outcome second =
      exec(sandbox, {"--detach", "--pid-file", pid_file}, {"/bin/probe", "sleep"});
  expect_equal("exit code beside one (" + second.err + ")", second.exit_code, 0);
  const Outcome refused = exec(sandbox, {}, {"/bin/probe", "facts"});
  end(std::stoi(read_file(pid_file)));
  expect(refused.exit_code != 0, "it runs beside two");
  expect_equal("its output", refused.out, "");
  expect_contains("the message", refused.err, "emporarily unavailable");
  sandbox.stop_and_remove();
}
const Case kLimited("exec/a-limit-on-processes-counts-the-program-alone", "setrlimit(2)", limited);

void under_a_filter(Sandbox& sandbox) {
  for (const bool no_new_privileges : {true, false}) {
    Bundle bundle = sandbox.bundle();
    bundle
        .set_json("/linux/seccomp", R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
            {"names": ["clone", "clone3", "setsid"], "action": "SCMP_ACT_KILL"},
            {"names": ["prlimit64"], "action": "SCMP_ACT_ERRNO"}]})")
        .set("/process/noNewPrivileges", no_new_privileges)
        .set_json("/process/rlimits", R"([{"type": "RLIMIT_NPROC", "soft": 90, "hard": 99}])")
        .args({"/bin/probe", "sleep"});
    sandbox.create_and_start(bundle);
    const Outcome ran = exec(sandbox, {}, {"/bin/busybox", "cat", "/proc/self/status"});
    expect_equal("exit code (" + ran.err + ")", ran.exit_code, 0);
    expect_contains("its status", ran.out, "Seccomp:\t2");
    sandbox.stop_and_remove();
  }
}
const Case kFilter("exec/a-filter-may-kill-for-all-that-makes-a-process", "config-linux.md#seccomp",
                   under_a_filter);

}  // namespace
}  // namespace oci::conformance
