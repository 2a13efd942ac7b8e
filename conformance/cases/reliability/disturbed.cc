// Verbs under disturbance: a signal before the program runs, or too few descriptors (reliability
// 1).
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>

#include "conformance/cases/command_line/engine.h"
#include "conformance/cases/runtime/hook_json.h"
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/leaks.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

// A signal ends `run` while a hook hangs: all processes end, and nothing is left.
void interrupted_in(Sandbox& sandbox, const std::string& kind, const std::string& log) {
  const Snapshot before = Snapshot::take();
  ::unlink(sandbox.path("log/began").c_str());
  Bundle bundle = sleeper(sandbox);
  bundle.mount("/log", "bind", sandbox.path("log"), {"bind"})
      .add("/hooks/" + kind,
           hook_json(sandbox, {.kind = kind, .text = "touch " + log + "/began; sleep 1000; :"}));
  bundle.write();
  Spawn spawn = sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()});
  Command running(spawn, sandbox.directory());
  expect(eventually([&] { return exists(sandbox.path("log/began")); }),
         "the " + kind + " hook does not begin");
  running.signal(SIGTERM);
  expect(running.wait().exit_code != 0, "run exits 0 in spite of SIGTERM in its " + kind + " hook");
  const std::vector<std::string> left = before.leaks(sandbox);
  expect(left.empty(), "after SIGTERM in its " + kind + " hook " + shown(left) + " is left");
}

void run_is_interrupted(Sandbox& sandbox) {
  make_dir(sandbox.path("log"));
  for (const char* kind : {"createRuntime", "poststart"})
    interrupted_in(sandbox, kind, sandbox.path("log"));
  for (const char* kind : {"createContainer", "startContainer"})
    interrupted_in(sandbox, kind,
                   std::string(kind) == "createContainer" ? sandbox.path("log") : "/log");
}
const Case kRun("run/a-signal-in-a-hook-undoes-it", "reliability 1 (R3)", run_is_interrupted);

// With too few descriptors, some lookups fail. Unseen things must not count as gone: a delete that
// succeeds must leave nothing.
void delete_without_descriptors(Sandbox& sandbox) {
  const Snapshot before = Snapshot::take();
  Bundle bundle = sleeper(sandbox);
  bundle.write();
  for (unsigned long most = 3; most <= 14; ++most) {
    const std::string with = " with " + std::to_string(most) + " descriptors";
    sandbox.create_and_start(bundle);
    Spawn spawn = sandbox.invocation({"delete", "--force", sandbox.id()});
    spawn.soft_limits = {{RLIMIT_NOFILE, most}};
    if (sandbox.call(spawn).exit_code != 0) {
      expect_equal("exit code of delete --force after one" + with,
                   sandbox.call({"delete", "--force", sandbox.id()}).exit_code, 0);
    }
    const std::vector<std::string> left = before.leaks(sandbox);
    expect(left.empty(), "after delete --force" + with + " " + shown(left) + " is left");
  }
}
const Case kScarce("lifecycle/delete-takes-nothing-for-gone-that-it-cannot-see",
                   "reliability 1 (R1)", delete_without_descriptors, 60);

}  // namespace
}  // namespace oci::conformance
