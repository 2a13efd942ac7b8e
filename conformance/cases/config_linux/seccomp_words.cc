// A filter that prevents the exec, and one that kills the program. The program prints nothing in
// both cases, so the runtime must name the rule.
#include <csignal>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

constexpr char kFilter[] = R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
    {"names": ["getpriority"], "action": "SCMP_ACT_ERRNO"}]})";

Bundle filtered(Sandbox& sandbox, const std::string& rule) {
  Bundle bundle = sandbox.bundle();
  bundle.args({"/bin/true"}).set_json("/linux/seccomp", kFilter);
  if (!rule.empty()) bundle.add("/linux/seccomp/syscalls", rule);
  return bundle;
}

void names(const Sandbox& sandbox, const Outcome& outcome, const std::string& property) {
  if (!sandbox.runtime().json_paths) return;
  expect_contains("its message", outcome.err, property);
  expect_equal("lines", lines(outcome.err).size(), 1U);
}

void no_execve(Sandbox& sandbox) {
  Bundle control = filtered(sandbox, "");
  const Outcome ran = sandbox.run(control);
  expect_equal("exit code without the rule (" + trimmed(ran.err) + ")", ran.exit_code, 0);
  for (const char* error : {"", R"(, "errnoRet": 13)", R"(, "errnoRet": 2)"}) {
    Bundle bundle =
        filtered(sandbox, R"({"names": ["execve", "execveat"], "action": "SCMP_ACT_ERRNO")" +
                              std::string(error) + "}");
    const Outcome refused = sandbox.run(bundle);
    expect(refused.exit_code != 0, "the program ran");
    names(sandbox, refused, "linux.seccomp.syscalls[1] refuses execve(2)");
    // The file and its interpreter exist.
    if (sandbox.runtime().json_paths) expect_lacks("its message", refused.err, "no such file");
    sandbox.create(bundle);
    const Outcome started = sandbox.call({"start", sandbox.id()});
    if (started.exit_code != 0) names(sandbox, started, "linux.seccomp.syscalls[1]");
    sandbox.remove_forced();
  }
}
const Case kNoExecve("seccomp/a-filter-without-execve-is-named", "config-linux.md#seccomp",
                     no_execve);

void killed(Sandbox& sandbox) {
  for (const char* action : {"SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_TRAP"}) {
    Bundle bundle = filtered(
        sandbox, R"({"names": ["getpriority"], "action": ")" + std::string(action) + "\"}");
    bundle.set_json("/linux/seccomp/syscalls/0/names", R"(["settimeofday"])");
    bundle.args({"/bin/probe", "syscall", "140"});  // getpriority(2)
    const Outcome ran = sandbox.run(bundle);
    expect_equal("exit code", ran.exit_code, 128 + SIGSYS);
    names(sandbox, ran, "linux.seccomp.syscalls[1] (" + std::string(action) + ": getpriority)");
    bundle.args({"/bin/probe", "sleep"});
    sandbox.create_and_start(bundle);
    const Outcome let_in = sandbox.call({"exec", sandbox.id(), "/bin/probe", "syscall", "140"});
    expect_equal("exit code of exec", let_in.exit_code, 128 + SIGSYS);
    names(sandbox, let_in, "linux.seccomp.syscalls[1]");
    const Outcome other = sandbox.call({"exec", sandbox.id(), "/bin/sh", "-c", "kill -9 $$"});
    expect_equal("message about another signal", other.err, "");
    sandbox.stop_and_remove();
  }
}
const Case kKilled("seccomp/a-program-that-the-filter-killed-is-told-of", "config-linux.md#seccomp",
                   killed);

}  // namespace
}  // namespace oci::conformance
