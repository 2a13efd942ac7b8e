// Behaviour of the verbs for each status of a container: as in runtime.md#operations, or where it
// is silent, as runc and crun agree.
#include <csignal>

#include "conformance/cases/command_line/engine.h"
#include "conformance/cases/command_line/rootless_user.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"

namespace oci::conformance {
namespace {

std::vector<pid_t> pids_in(const std::string& text) {
  const json::Document document = parse_json("the pids", text);
  std::vector<pid_t> pids;
  if (document.IsNull()) return pids;
  expect(document.IsArray(), "the answer is no array: " + text);
  for (const json::Value& pid : document.GetArray())
    pids.push_back(pid.GetInt());
  return pids;
}

void ps_of_nobody(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  const std::string& id = sandbox.id();
  sandbox.create_and_start(bundle);
  const Outcome running = sandbox.call({"ps", "--format", "json", id});
  expect_equal("exit code", running.exit_code, 0);
  expect(!pids_in(running.out).empty(), "no process is seen in a container that runs");
  sandbox.kill("KILL");
  sandbox.wait_stopped();
  const Outcome stopped = sandbox.call({"ps", "--format", "json", id});
  expect_equal("exit code (" + trimmed(stopped.err) + ")", stopped.exit_code, 0);
  expect(pids_in(stopped.out).empty(), "a process is seen in one that has ended: " + stopped.out);
  const Outcome table = sandbox.call({"ps", id});
  expect_equal("exit code (" + trimmed(table.err) + ")", table.exit_code, 0);
  expect_equal("lines of the table", lines(table.out).size(), 1U);
  sandbox.remove();
  expect(sandbox.call({"ps", id}).exit_code != 0, "one that there is not was listed");
}
const Case kPsOfNobody("ps/of-a-stopped-container-is-empty", "runc-ps(8)", ps_of_nobody);

void lists_of_nothing(Sandbox& sandbox) {
  const std::string& root = sandbox.state_root();
  make_dir(root);
  const Outcome none = sandbox.call({"list", "--format", "json"});
  expect_equal("exit code (" + trimmed(none.err) + ")", none.exit_code, 0);
  const json::Document document = parse_json("the list", none.out);
  expect(document.IsArray(), "a list of nothing is no array: " + none.out);
  expect(document.GetArray().Empty(), "a list of nothing has elements");
  expect_equal("ids", sandbox.call({"list", "--quiet"}).out, "");
  Bundle bundle = sleeper(sandbox);
  sandbox.create(bundle);
  const json::Document one = parse_json("the list", sandbox.call({"list", "--format", "json"}).out);
  expect(one.IsArray() && one.GetArray().Size() == 1, "one container is not one element");
  sandbox.stop_and_remove();
}
const Case kListsOfNothing("cli/a-list-of-nothing-is-an-array", "runc-list(8)", lists_of_nothing);

void kill_all_of_nobody(Sandbox& sandbox) {
  const User user(sandbox);
  Bundle bundle = user.bundle();
  bundle.args({"/bin/probe", "sleep"});
  const pid_t init = user.create(bundle);
  user.good({"start", sandbox.id()});
  user.good({"kill", "--all", sandbox.id(), "0"});
  user.good({"kill", sandbox.id(), "KILL"});
  expect(wait_child(init, 5000).has_value(), "init does not end");
  expect(user.call({"kill", sandbox.id(), "0"}).exit_code != 0, "no process was signalled");
  for (const char* signal : {"0", "TERM", "KILL"})
    user.good({"kill", "--all", sandbox.id(), signal});
  user.good({"delete", sandbox.id()});
}
const Case kKillAllOfNobody("rootless/kill-all-of-a-stopped-container-succeeds", "runc-kill(8)",
                            kill_all_of_nobody);

// A process that waits for start has no handlers: each signal has its default action of signal(7).
void end_before_start(Sandbox& sandbox) {
  const std::string& id = sandbox.id();
  Bundle bundle = sleeper(sandbox);
  for (const Words& words :
       {Words{"kill", id}, Words{"kill", id, "INT"}, Words{"kill", "--all", id, "TERM"}}) {
    sandbox.create(bundle);
    for (const char* harmless : {"0", "WINCH", "CHLD", "CONT", "URG"})
      sandbox.kill(harmless);
    expect_equal("status", sandbox.status(), "created");
    const Outcome sent = sandbox.call(words);
    expect_equal("exit code of " + shown(words) + " (" + trimmed(sent.err) + ")", sent.exit_code,
                 0);
    expect(eventually([&] { return sandbox.status() == "stopped"; }),
           "it lives on after " + shown(words));
    expect(sandbox.call({"start", id}).exit_code != 0, "a container that has ended was started");
    sandbox.wait_stopped();
    sandbox.remove();
  }
}
const Case kEndBeforeStart("lifecycle/a-signal-ends-what-waits-to-be-started", "signal(7)",
                           end_before_start);

void paused(Sandbox& sandbox) {
  require_cgroup2();
  Bundle bundle = sleeper(sandbox);
  const std::string& id = sandbox.id();
  sandbox.create_and_start(bundle);
  const auto refused = [&](const Words& words, const std::string& word) {
    const Outcome outcome = sandbox.call(words);
    expect(outcome.exit_code != 0, shown(words) + " is done");
    expect_contains("its message", outcome.err, word);
  };
  refused({"delete", id}, "running");
  expect_equal("pause", sandbox.call({"pause", id}).exit_code, 0);
  refused({"delete", id}, "paused");
  refused({"start", id}, "paused");
  refused({"exec", id, "true"}, "paused");
  expect_equal("resume", sandbox.call({"resume", id}).exit_code, 0);
  refused({"resume", id}, "not paused");
  sandbox.stop_and_remove();
}
const Case kPaused("pause/what-is-refused-names-it", "runtime.md#operations", paused);

// A mistyped path without a bundle: the runtime must not advise to create one there.
void run_nothing(Sandbox& sandbox) {
  require_option(sandbox, "run", "ID|DIR");
  const std::string here = sandbox.path("here");
  make_dir(here);
  Engine person(sandbox, {"--root", sandbox.state_root()});
  const auto said = [&](const Words& words) {
    Spawn spawn = person.spawn(words);
    spawn.cwd = here;
    const Outcome outcome = run_command(spawn, here);
    expect(outcome.exit_code != 0, shown(words) + " is done");
    expect_equal("lines", lines(outcome.err).size(), 1U);
    expect_lacks("its message", outcome.err, "oci-rt spec");
    return outcome.err;
  };
  expect_contains("its message", said({"run", "nope"}),
                  "neither './nope' nor the current directory");
  expect_contains("its message", said({"create", "nope"}), "the current directory");
  expect_contains("its message", said({"run", "./nope"}), "there is no directory");
  expect_contains("its message", said({"run", "--bundle", here + "/no", "x"}),
                  "there is no directory");
  Bundle bundle = sandbox.bundle();
  bundle.args({"/bin/true"}).write();
  Spawn spawn = person.spawn({"run", "bundle"});
  spawn.cwd = sandbox.directory();
  const Outcome control = run_command(spawn, sandbox.directory());
  expect_equal("exit code of a bundle (" + trimmed(control.err) + ")", control.exit_code, 0);
}
const Case kRunNothing("run/what-is-no-bundle-gets-no-wrong-advice", "oci-rt run --help",
                       run_nothing);

void log_nowhere(Sandbox& sandbox) {
  const auto said = [&](const std::string& log) {
    Engine engine(sandbox, {"--log", log, "--root", sandbox.state_root()});
    const Outcome outcome = engine.call({"list"});
    expect(outcome.exit_code != 0, "a log at " + log + " is written");
    expect_contains("its message", outcome.err, log);
    expect_lacks("its message", outcome.err, "errno");
    return outcome.err;
  };
  make_dir(sandbox.state_root());
  const std::string missing = sandbox.path("none") + "/log";
  const std::string text = said(missing);
  if (sandbox.runtime().json_paths) {
    expect_contains("its message", text, "there is no directory '" + sandbox.path("none") + "/'");
  }
  said(sandbox.directory());
  make_dir(sandbox.path("none"));
  Engine engine(sandbox, {"--log", missing, "--root", sandbox.state_root()});
  expect_equal("exit code", engine.call({"list"}).exit_code, 0);
}
const Case kLogNowhere("cli/a-log-that-cannot-be-written-says-why", "oci-rt --help", log_nowhere);

}  // namespace
}  // namespace oci::conformance
