// create, start, kill, delete: their effects, and the statuses in which they are allowed
// (runtime.md#operations).
#include <csignal>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

Bundle sleeper(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.args({"/bin/probe", "sleep"});
  return bundle;
}

// Must exit non-zero, with a message that has all of `words`.
void expect_refused(const std::string& what, const Outcome& outcome, const Words& words = {}) {
  expect(outcome.exit_code != 0, what + " exits 0");
  expect(!trimmed(outcome.err).empty(), what + " says nothing about why");
  for (const std::string& word : words)
    expect_contains("the message", outcome.err, word);
}

void create_does_not_run_the_program(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("echo ran");
  sandbox.create(bundle);
  expect_equal("status", sandbox.status(), "created");
  expect_equal("output before start", sandbox.said(), "");
  sandbox.start();
  expect_equal("exit code", sandbox.wait_stopped(), 0);
  expect_equal("output after start", sandbox.said(), "ran\n");
  sandbox.remove();
}
const Case kCreate("lifecycle/create-does-not-run-the-program", "runtime.md#create",
                   create_does_not_run_the_program);

void status_follows_the_program(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  sandbox.create(bundle);
  expect_equal("status after create", sandbox.status(), "created");
  sandbox.start();
  expect_equal("status after start", sandbox.status(), "running");
  sandbox.kill("KILL");
  sandbox.wait_stopped();
  expect_equal("status after kill", sandbox.status(), "stopped");
  sandbox.remove();
  expect_refused("state after delete", sandbox.call({"state", sandbox.id()}));
}
const Case kStatus("lifecycle/status-follows-the-program", "runtime.md#state",
                   status_follows_the_program);

void a_taken_id_is_refused(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  sandbox.create(bundle);
  const Outcome second = sandbox.call({"create", "--bundle", bundle.directory(), sandbox.id()});
  expect_refused("the second create", second, {"exist"});
  expect_equal("status of the first", sandbox.status(), "created");
  sandbox.start();
  expect_equal("status of the first", sandbox.status(), "running");
  sandbox.stop_and_remove();
}
const Case kTaken("lifecycle/a-taken-id-is-refused", "runtime.md#create", a_taken_id_is_refused);

void an_id_can_be_used_again(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  for (int round = 0; round < 3; ++round) {
    sandbox.create_and_start(bundle);
    sandbox.stop_and_remove();
  }
}
const Case kAgain("lifecycle/an-id-can-be-used-again-after-delete", "runtime.md#delete",
                  an_id_can_be_used_again);

void ids_belong_to_their_root(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  bundle.set("/linux/cgroupsPath", "/" + sandbox.id() + "-one");
  sandbox.create(bundle);
  Bundle other = sandbox.bundle("other");
  other.set("/linux/cgroupsPath", "/" + sandbox.id() + "-two").write();
  Spawn spawn = sandbox.invocation(
      {"--root", sandbox.path("state2"), "run", "--bundle", other.directory(), sandbox.id()});
  const Outcome ran = sandbox.call(spawn);
  expect_equal("exit code below another root", ran.exit_code, 0);
  sandbox.remove();
}
const Case kRoots("lifecycle/an-id-is-unique-within-one-root", "runtime.md#create",
                  ids_belong_to_their_root);

void unknown_containers(Sandbox& sandbox) {
  for (const Words& words : {Words{"state", sandbox.id()}, Words{"start", sandbox.id()},
                             Words{"kill", sandbox.id(), "KILL"}, Words{"delete", sandbox.id()}}) {
    expect_refused(words[0] + " of an unknown id", sandbox.call(words), {"does not exist"});
  }
}
const Case kUnknown("lifecycle/an-unknown-id-does-not-exist", "runtime.md#operations",
                    unknown_containers);

void forced_delete_of_nothing(Sandbox& sandbox) {
  expect_equal("exit code", sandbox.call({"delete", "--force", sandbox.id()}).exit_code, 0);
}
const Case kForcedNothing("lifecycle/forced-delete-of-an-unknown-id-is-done", "cli-contract 7",
                          forced_delete_of_nothing);

void second_start(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  sandbox.create_and_start(bundle);
  expect_refused("the second start", sandbox.call({"start", sandbox.id()}));
  expect_equal("status", sandbox.status(), "running");
  sandbox.stop_and_remove();
}
const Case kSecondStart("lifecycle/start-of-a-running-container-is-refused", "runtime.md#start",
                        second_start);

void start_after_the_end(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("echo once");
  sandbox.create_and_start(bundle);
  sandbox.wait_stopped();
  expect_refused("start", sandbox.call({"start", sandbox.id()}));
  expect_equal("output", sandbox.said(), "once\n");
  sandbox.remove();
}
const Case kLateStart("lifecycle/start-of-a-stopped-container-is-refused", "runtime.md#start",
                      start_after_the_end);

void start_of_a_killed_one(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  sandbox.create(bundle);
  sandbox.kill("KILL");
  sandbox.wait_stopped();
  expect_equal("status", sandbox.status(), "stopped");
  expect_refused("start", sandbox.call({"start", sandbox.id()}));
  sandbox.remove();
}
const Case kKilledStart("lifecycle/a-created-container-can-be-killed-and-not-started",
                        "runtime.md#kill", start_of_a_killed_one);

void kill_after_the_end(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  sandbox.create_and_start(bundle);
  sandbox.wait_stopped();
  expect_refused("kill", sandbox.call({"kill", sandbox.id(), "TERM"}), {"not running"});
  sandbox.remove();
}
const Case kLateKill("lifecycle/kill-of-a-stopped-container-is-refused", "runtime.md#kill",
                     kill_after_the_end);

void delete_of_a_running_one(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  sandbox.create_and_start(bundle);
  expect_refused("delete", sandbox.call({"delete", sandbox.id()}));
  expect_equal("status", sandbox.status(), "running");
  sandbox.stop_and_remove();
}
const Case kEarlyDelete("lifecycle/delete-of-a-running-container-is-refused", "runtime.md#delete",
                        delete_of_a_running_one);

void forced_delete(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  sandbox.create_and_start(bundle);
  expect_equal("exit code", sandbox.call({"delete", "--force", sandbox.id()}).exit_code, 0);
  expect_equal("how the program ended", sandbox.wait_stopped(), 128 + SIGKILL);
  expect_equal("again", sandbox.call({"delete", "--force", sandbox.id()}).exit_code, 0);
}
const Case kForced("lifecycle/forced-delete-of-a-running-container", "cli-contract 1.1",
                   forced_delete);

void delete_of_a_created_one(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  sandbox.create(bundle);
  sandbox.remove();
  expect_equal("how init ended", sandbox.wait_stopped() != 0, true);
}
const Case kCreatedDelete("lifecycle/delete-of-a-created-container-kills-it", "cli-contract 4",
                          delete_of_a_created_one);

void without_an_id(Sandbox& sandbox) {
  for (const char* verb : {"create", "start", "state", "kill", "delete"}) {
    expect_refused(std::string(verb) + " without an id", sandbox.call({verb}));
  }
}
const Case kNoId("lifecycle/an-operation-without-an-id-is-refused", "runtime.md#operations",
                 without_an_id);

void bad_ids(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.write();
  for (const char* id : {"", ".", "..", "a/b", "../escape", "a b", "a\nb", "ä"}) {
    const Outcome refused = sandbox.call({"create", "--bundle", bundle.directory(), id});
    expect_refused(std::string("create with the id '") + id + "'", refused);
  }
  expect_equal("entries of the state root", shown(entries(sandbox.state_root())), "[]");
}
const Case kBadIds("lifecycle/an-id-that-could-be-a-path-is-refused", "threats 4", bad_ids);

void no_bundle(Sandbox& sandbox) {
  const Words words = {"create", "--bundle", sandbox.path("missing"), sandbox.id()};
  expect_refused("create", sandbox.call(words));
  make_dir(sandbox.path("missing"));
  expect_refused("create without config.json", sandbox.call(words), {"config.json"});
}
const Case kNoBundle("lifecycle/a-missing-bundle-is-refused", "runtime.md#create", no_bundle);

void later_edits(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("echo before; hostname").set("/hostname", "first");
  sandbox.create(bundle);
  Bundle edited = sandbox.bundle();
  edited.shell("echo after").set("/hostname", "second").write();
  sandbox.start();
  sandbox.wait_stopped();
  expect_equal("output", sandbox.said(), "before\nfirst\n");
  sandbox.remove();
}
const Case kEdits("lifecycle/edits-of-the-config-after-create-change-nothing",
                  "runtime.md#lifecycle", later_edits);

void lost_config(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("echo ok");
  sandbox.create(bundle);
  remove_tree(bundle.directory() + "/config.json");
  sandbox.start();
  expect_equal("exit code", sandbox.wait_stopped(), 0);
  expect_equal("status", sandbox.status(), "stopped");
  sandbox.remove();
}
const Case kLostConfig("lifecycle/the-config-may-go-after-create", "runtime.md#lifecycle",
                       lost_config);

void without_a_process(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.remove("/process");
  sandbox.create(bundle);
  expect_refused("start", sandbox.call({"start", sandbox.id()}));
  sandbox.call({"kill", sandbox.id(), "KILL"});
  eventually([&] { return sandbox.status() == "stopped"; });
  sandbox.remove();
}
const Case kNoProcess("lifecycle/process-is-needed-by-start-not-by-create", "runtime.md#start",
                      without_a_process);

void an_unusable_program(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.file("bin/garbage", "\x7f no program", 0755).args({"/bin/garbage"});
  sandbox.create(bundle);
  expect_refused("start", sandbox.call({"start", sandbox.id()}), {"garbage"});
  eventually([&] { return sandbox.status() == "stopped"; });
  sandbox.remove();
}
const Case kUnusable("lifecycle/start-reports-a-program-that-cannot-be-executed",
                     "runtime.md#start", an_unusable_program);

void a_missing_program(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  for (const char* program : {"/bin/missing", "missing"}) {
    bundle.args({program});
    const Outcome refused = sandbox.try_create(bundle);
    expect_refused("create", refused, {"missing"});
    const bool classed = refused.err.find("o such file or directory") != std::string::npos ||
                         refused.err.find("executable file not found") != std::string::npos;
    expect(classed, "engines would not see exit code 127 in: " + trimmed(refused.err));
  }
}
const Case kMissing("lifecycle/a-missing-program-fails-create", "cli-contract 8.1",
                    a_missing_program);

void no_permission(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.file("bin/plain", "#!/bin/sh\n", 0644).args({"/bin/plain"});
  const Outcome refused = sandbox.try_create(bundle);
  expect_refused("create", refused, {"ermission denied"});
}
const Case kNoPermission("lifecycle/a-program-without-permission-fails-create", "cli-contract 8.1",
                         no_permission);

void signals(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell(
      "trap 'echo term' TERM; trap 'echo usr1' USR1; trap 'echo usr2' USR2; trap 'exit 9' INT;"
      "echo ready; while :; do sleep 0.05; done");
  sandbox.create_and_start(bundle);
  sandbox.said(1);
  sandbox.call({"kill", sandbox.id()});
  expect_contains("output", sandbox.said(2), "term");
  sandbox.kill("SIGUSR1");
  expect_contains("output", sandbox.said(3), "usr1");
  sandbox.kill("usr2");
  expect_contains("output", sandbox.said(4), "usr2");
  sandbox.kill("2");
  expect_equal("exit code", sandbox.wait_stopped(), 9);
  sandbox.remove();
}
const Case kSignals("lifecycle/kill-takes-names-and-numbers-and-defaults-to-term",
                    "cli-contract 2.7", signals);

void unknown_signals(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  sandbox.create_and_start(bundle);
  for (const char* signal : {"NOSUCH", "9999", "-3", "9x"}) {
    expect_refused("kill with " + std::string(signal),
                   sandbox.call({"kill", sandbox.id(), signal}));
  }
  expect_equal("status", sandbox.status(), "running");
  sandbox.stop_and_remove();
}
const Case kUnknownSignals("lifecycle/kill-with-an-unknown-signal-is-refused", "runtime.md#kill",
                           unknown_signals);

}  // namespace
}  // namespace oci::conformance
