// Past bugs of some runtime without a chapter of their own: verbs that hang, descriptors out of
// nowhere, a container that manipulates its own /proc.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>

#include "conformance/cases/runtime/hook_json.h"
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/leaks.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

Bundle sleeper(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.args({"/bin/probe", "sleep"});
  return bundle;
}

void unopened_descriptors(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.write();
  Spawn spawn = sandbox.invocation(
      {"run", "--preserve-fds", "4", "--bundle", bundle.directory(), sandbox.id()});
  const int one = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  spawn.fds = {{one, 3}};
  const Outcome ran = sandbox.call(spawn);
  ::close(one);
  if (ran.exit_code != 0) return;  // refused: fine
  const Facts facts(ran.out);
  for (const char* number : {"4", "5", "6"}) {
    expect(!facts.has(std::string("/fds/") + number),
           std::string(number) + " is a descriptor of the runtime's own");
  }
}
const Case kUnopened("process/preserve-fds-beyond-what-is-open-hands-over-nothing",
                     "cli-contract 6", unopened_descriptors);

void poststart_without_permission(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  write_file(sandbox.path("not-executable"), "#!/bin/sh\n", 0644);
  bundle.add("/hooks/poststart", R"({"path": ")" + sandbox.path("not-executable") + R"("})");
  sandbox.create(bundle);
  const Outcome refused = sandbox.call({"start", sandbox.id()});
  expect(refused.exit_code != 0, "start exits 0");
  expect(eventually([&] {
           const Outcome state = sandbox.call({"state", sandbox.id()});
           return state.exit_code != 0 || state.out.find("stopped") != std::string::npos;
         }),
         "the container is not stopped");
  sandbox.call({"delete", "--force", sandbox.id()});
}
const Case kPoststart("hooks/a-poststart-that-cannot-be-executed-stops-the-container",
                      "runtime.md#lifecycle", poststart_without_permission);

// Calls `delete --force` while `holder` waits for a hook that hangs, and checks the leftovers.
void expect_freed(Sandbox& sandbox, Command& holder, const Snapshot& before) {
  expect(eventually([&] { return exists(sandbox.path("log/began")); }), "the hook does not begin");
  const Outcome removed = sandbox.call({"delete", "--force", sandbox.id()});
  expect_equal("exit code of delete --force", removed.exit_code, 0);
  expect(holder.wait().exit_code != 0, "the verb that hung exits 0");
  const std::vector<std::string> left = before.leaks(sandbox);
  expect(left.empty(), "after it " + shown(left) + " is left");
}

// The shell stays, so the hanging process is a child of the hook: both must end.
Bundle hung_in(Sandbox& sandbox, const std::string& kind, const std::string& log) {
  make_dir(sandbox.path("log"));
  Bundle bundle = sleeper(sandbox);
  bundle.mount("/log", "bind", sandbox.path("log"), {"bind"})
      .add("/hooks/" + kind,
           hook_json(sandbox, {.kind = kind, .text = "touch " + log + "/began; sleep 1000; :"}));
  bundle.write();
  return bundle;
}

void hung_start(Sandbox& sandbox) {
  const Snapshot before = Snapshot::take();
  Bundle bundle = hung_in(sandbox, "startContainer", "/log");
  sandbox.create(bundle);
  Command start(sandbox.invocation({"start", sandbox.id()}), sandbox.directory());
  expect_freed(sandbox, start, before);
}
const Case kHungStart("lifecycle/forced-delete-ends-a-start-that-hangs", "cli-contract 1.1",
                      hung_start);

void hung_poststart(Sandbox& sandbox) {
  const Snapshot before = Snapshot::take();
  Bundle bundle = hung_in(sandbox, "poststart", sandbox.path("log"));
  sandbox.create(bundle);
  Command start(sandbox.invocation({"start", sandbox.id()}), sandbox.directory());
  expect_freed(sandbox, start, before);
}
const Case kHungPoststart("lifecycle/forced-delete-ends-a-poststart-hook-that-hangs",
                          "cli-contract 1.1", hung_poststart);

void hung_create(Sandbox& sandbox) {
  const Snapshot before = Snapshot::take();
  for (const char* kind : {"createRuntime", "createContainer"}) {
    Bundle bundle = hung_in(sandbox, kind, sandbox.path("log"));
    ::unlink(sandbox.path("log/began").c_str());
    Command create(sandbox.invocation({"create", "--bundle", bundle.directory(), sandbox.id()}),
                   sandbox.directory());
    expect_freed(sandbox, create, before);
  }
}
const Case kHungCreate("lifecycle/forced-delete-ends-a-create-that-hangs", "cli-contract 1.1",
                       hung_create);

void covered_proc(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("mount -t tmpfs tmpfs /proc; mount -t tmpfs tmpfs /dev; echo covered; sleep 1000");
  const char* all = R"(["CAP_SYS_ADMIN"])";
  for (const char* set : {"bounding", "effective", "permitted"})
    bundle.set_json("/process/capabilities/" + std::string(set), all);
  sandbox.create_and_start(bundle);
  expect_contains("the program's output", sandbox.said(1), "covered");
  expect_equal("status", sandbox.status(), "running");
  sandbox.kill("KILL");
  sandbox.wait_stopped();
  expect_equal("status", sandbox.status(), "stopped");
  sandbox.remove();
}
const Case kCovered("lifecycle/a-program-that-covers-its-proc-is-managed-as-any-other",
                    "runtime.md#lifecycle", covered_proc);

// Another user of the rootfs renames /proc while the container is created. Either create notices
// it, or masked paths stay masked under the new name.
void moved_proc(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  const std::string root = bundle.rootfs();
  bundle.set_json("/linux/maskedPaths", R"(["/proc/uptime"])")
      .add("/hooks/createRuntime",
           hook_json(sandbox, {.kind = "createRuntime",
                               .text = "cd " + root + "; mv proc moved; mkdir proc"}))
      .shell("cat /moved/uptime /proc/uptime 2>/dev/null | wc -c");
  const Outcome ran = sandbox.run(bundle);
  if (ran.exit_code != 0) return;  // refused: fine
  expect_equal("bytes of the masked file", trimmed(ran.out), "0");
}
const Case kMoved("threats/a-proc-that-is-moved-meanwhile-is-no-way-around-masks", "threats 2 (T8)",
                  moved_proc);

void clocks(Sandbox& sandbox) {
  require_file("/proc/self/ns/time");
  Bundle bundle = sandbox.bundle();
  bundle.new_namespace("time").set_json(
      "/linux/timeOffsets",
      R"({"monotonic": {"secs": 100000, "nanosecs": 5}, "boottime": {"secs": 500000, "nanosecs": 0}})");
  const Facts facts = sandbox.facts(bundle);
  timespec monotonic = {}, boot = {};
  ::clock_gettime(CLOCK_MONOTONIC, &monotonic);
  ::clock_gettime(CLOCK_BOOTTIME, &boot);
  const int64_t one = monotonic.tv_sec + 100000 - facts.number("/monotonic");
  const int64_t two = boot.tv_sec + 500000 - facts.number("/boottime");
  expect(one >= -1 && one < 30, "the monotonic clock is off by " + std::to_string(one) + " s");
  expect(two >= -1 && two < 30, "the clock since boot is off by " + std::to_string(two) + " s");
}
const Case kClocks("namespaces/time-offsets-shift-the-clocks",
                   "config-linux.md#offset-for-time-namespace", clocks);

}  // namespace
}  // namespace oci::conformance
