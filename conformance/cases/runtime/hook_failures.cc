// Failures of hooks, and hooks that must not block the runtime.
#include <unistd.h>

#include <chrono>
#include <functional>

#include "conformance/cases/runtime/hook_json.h"
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/leaks.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

std::string hook(const Sandbox& sandbox, const std::string& kind, const std::string& script,
                 int timeout = 0) {
  return hook_json(sandbox, {.kind = kind, .text = script, .timeout = timeout});
}

Bundle with_hook(Sandbox& sandbox, const std::string& kind, const std::string& script,
                 int timeout = 0) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("echo ran; sleep 20").add("/hooks/" + kind, hook(sandbox, kind, script, timeout));
  return bundle;
}

double seconds_of(const std::function<void()>& act) {
  const auto began = std::chrono::steady_clock::now();
  act();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

// create fails with a message, leaves nothing, and has run the poststop hooks.
void expect_failed_create(Sandbox& sandbox, const std::string& kind, const std::string& script,
                          int timeout = 0) {
  const Snapshot before = Snapshot::take();
  Bundle bundle = with_hook(sandbox, kind, script, timeout);
  bundle.add("/hooks/poststop",
             hook(sandbox, "poststop", "echo stopped >> " + sandbox.path("poststop")));
  Outcome refused;
  const double took = seconds_of([&] { refused = sandbox.try_create(bundle); });
  expect(refused.exit_code != 0, "create exits 0");
  expect_contains("the message", refused.err, "hook");
  expect(took < 8, "create took " + std::to_string(took) + " s");
  expect_equal("output of the program", sandbox.said(), "");
  const std::vector<std::string> left = before.leaks(sandbox);
  expect(left.empty(), "after it " + shown(left) + " is left");
  expect(sandbox.call({"state", sandbox.id()}).exit_code != 0, "the container is still there");
}

void prestart_fails(Sandbox& sandbox) {
  expect_failed_create(sandbox, "prestart", "exit 3");
}
const Case kPrestart("hooks/a-failing-prestart-fails-create", "runtime.md#lifecycle",
                     prestart_fails);

void runtime_fails(Sandbox& sandbox) {
  expect_failed_create(sandbox, "createRuntime", "exit 3");
}
const Case kRuntime("hooks/a-failing-create-runtime-fails-create", "runtime.md#lifecycle",
                    runtime_fails);

void container_fails(Sandbox& sandbox) {
  expect_failed_create(sandbox, "createContainer", "exit 3");
}
const Case kContainer("hooks/a-failing-create-container-fails-create", "runtime.md#lifecycle",
                      container_fails);

void killed(Sandbox& sandbox) {
  expect_failed_create(sandbox, "createRuntime", "kill -9 $$");
}
const Case kKilled("hooks/a-killed-hook-fails-create", "runtime.md#lifecycle", killed);

void poststop_runs(Sandbox& sandbox) {
  expect_failed_create(sandbox, "createRuntime", "exit 3");
  expect_equal("poststop hooks that ran", read_file(sandbox.path("poststop")), "stopped\n");
}
const Case kStopRuns("hooks/after-a-failed-create-the-poststop-hooks-run", "runtime.md#lifecycle",
                     poststop_runs);

void the_rest_is_skipped(Sandbox& sandbox) {
  Bundle bundle = with_hook(sandbox, "createRuntime", "exit 1");
  bundle.add("/hooks/createRuntime",
             hook(sandbox, "createRuntime", "touch " + sandbox.path("second")));
  expect(sandbox.try_create(bundle).exit_code != 0, "create exits 0");
  expect(!exists(sandbox.path("second")), "the hook after the failed one ran");
}
const Case kSkipped("hooks/after-a-failure-the-next-does-not-run", "runtime.md#lifecycle",
                    the_rest_is_skipped);

void what_it_said(Sandbox& sandbox) {
  Bundle bundle = with_hook(sandbox, "createRuntime", "echo the-reason-why >&2; exit 7");
  const Outcome refused = sandbox.try_create(bundle);
  expect(refused.exit_code != 0, "create exits 0");
  expect_contains("the message", refused.err, "the-reason-why");
  expect_contains("the message", refused.err, "7");
}
const Case kSaid("hooks/the-message-has-what-the-hook-said", "reliability 4", what_it_said);

void start_container_fails(Sandbox& sandbox) {
  Bundle bundle = with_hook(sandbox, "startContainer", "exit 3");
  sandbox.create(bundle);
  const Outcome refused = sandbox.call({"start", sandbox.id()});
  expect(refused.exit_code != 0, "start exits 0");
  expect_contains("the message", refused.err, "hook");
  expect_equal("output of the program", sandbox.said(), "");
  expect(eventually([&] {
           const Outcome state = sandbox.call({"state", sandbox.id()});
           return state.exit_code != 0 || state.out.find("stopped") != std::string::npos;
         }),
         "the container is not stopped");
  sandbox.call({"delete", "--force", sandbox.id()});
}
const Case kStartContainer("hooks/a-failing-start-container-fails-start", "runtime.md#lifecycle",
                           start_container_fails);

void poststart_fails(Sandbox& sandbox) {
  Bundle bundle = with_hook(sandbox, "poststart", "exit 3");
  sandbox.create(bundle);
  expect(sandbox.call({"start", sandbox.id()}).exit_code != 0, "start exits 0");
  expect(eventually([&] {
           const Outcome state = sandbox.call({"state", sandbox.id()});
           return state.exit_code != 0 || state.out.find("stopped") != std::string::npos;
         }),
         "the container is not stopped");
  sandbox.call({"delete", "--force", sandbox.id()});
}
const Case kPoststart("hooks/a-failing-poststart-stops-the-container", "runtime.md#lifecycle",
                      poststart_fails);

void poststop_fails(Sandbox& sandbox) {
  Bundle bundle = with_hook(sandbox, "poststop", "exit 3");
  bundle.add("/hooks/poststop", hook(sandbox, "poststop", "touch " + sandbox.path("second")));
  sandbox.create(bundle);
  sandbox.remove();
  expect(exists(sandbox.path("second")), "the hook after the failed one did not run");
}
const Case kPoststop("hooks/a-failing-poststop-is-only-a-warning", "runtime.md#lifecycle",
                     poststop_fails);

void timeout(Sandbox& sandbox) {
  expect_failed_create(sandbox, "createRuntime", "sleep 60", 1);
}
const Case kTimeout("hooks/a-hook-that-takes-too-long-fails-create",
                    "config.md#posix-platform-hooks", timeout);

void inner_timeout(Sandbox& sandbox) {
  expect_failed_create(sandbox, "createContainer", "sleep 60", 1);
}
const Case kInnerTimeout("hooks/a-create-container-that-takes-too-long-fails-create",
                         "config.md#posix-platform-hooks", inner_timeout);

void in_time(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.add("/hooks/createRuntime", hook(sandbox, "createRuntime", "sleep 0.2", 5));
  sandbox.facts(bundle);
}
const Case kInTime("hooks/a-hook-within-its-time-is-fine", "config.md#posix-platform-hooks",
                   in_time);

void closed_input(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  const std::string large(200000, 'x');  // more than a pipe holds
  bundle.set("/annotations/org.example.large", large);
  for (const char* kind : {"createRuntime", "createContainer", "poststop"}) {
    bundle.add(
        std::string("/hooks/") + kind,
        hook_json(sandbox, {.kind = kind, .text = "exec <&-; exit 0", .input = Input::kUsed}));
  }
  sandbox.facts(bundle);
}
const Case kClosed("hooks/one-that-does-not-read-its-input-is-fine", "reliability 4", closed_input);

void loud(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.add("/hooks/createRuntime",
             hook(sandbox, "createRuntime",
                  "dd if=/dev/zero bs=1M count=10 2>/dev/null | tee /dev/stderr"));
  expect(seconds_of([&] { sandbox.facts(bundle); }) < 10, "it took too long");
}
const Case kLoud("hooks/ten-megabytes-of-output-hold-nobody-up", "reliability 4", loud);

void lingering(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.add("/hooks/createRuntime", hook(sandbox, "createRuntime", "sleep 6 & exit 0"));
  const double took = seconds_of([&] { sandbox.facts(bundle); });
  kill_descendants(::getpid());  // the runtime does not wait for a child of the hook
  expect(took < 4, "the runtime waits for a process that the hook left behind");
}
const Case kLingering("hooks/a-child-that-outlives-its-hook-holds-nobody-up", "reliability 4",
                      lingering);

struct Refused {
  const char* name;
  const char* path;
  Words any_of;
  const char* pointer;
  const char* value;
};

const Refused kRefused[] = {
    {"a-relative-path",
     "hooks.createRuntime[0].path",
     {"hook", "absolute", "bin/true"},
     "/hooks/createRuntime/0/path",
     "\"bin/true\""},
    {"no-path",
     "hooks.createRuntime[0].path",
     {"path", "hook"},
     "/hooks/createRuntime/0",
     "{\"args\": [\"x\"]}"},
    {"a-timeout-of-0",
     "hooks.createRuntime[0].timeout",
     {"timeout", "hook"},
     "/hooks/createRuntime/0/timeout",
     "0"},
    {"a-negative-timeout",
     "hooks.createRuntime[0].timeout",
     {"timeout", "hook"},
     "/hooks/createRuntime/0/timeout",
     "-1"},
    {"a-missing-program",
     "hooks.createRuntime[0]",
     {"hook", "no-such-program"},
     "/hooks/createRuntime/0/path",
     "\"/no-such-program\""},
};

std::vector<Case> refusals() {
  std::vector<Case> cases;
  cases.reserve(std::size(kRefused));  // cases register their address
  for (const Refused& one : kRefused) {
    cases.emplace_back(std::string("hooks/") + one.name + "-is-refused",
                       "config.md#posix-platform-hooks", [&one](Sandbox& sandbox) {
                         Bundle bundle = sandbox.bundle();
                         bundle.add("/hooks/createRuntime", hook(sandbox, "createRuntime", "true"));
                         expect_refusal(
                             sandbox, bundle, {one.path, one.any_of},
                             [&](Bundle& spoilt) { spoilt.set_json(one.pointer, one.value); });
                       });
  }
  return cases;
}
const std::vector<Case> kRefusals = refusals();

}  // namespace
}  // namespace oci::conformance
