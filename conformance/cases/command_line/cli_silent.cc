// A successful verb writes nothing to stderr. Warnings go to the log (cli-contract 1.1, 5.6):
// engines merge the two streams, and show stderr to users.
#include <csignal>

#include "conformance/cases/command_line/engine.h"
#include "conformance/cases/config_linux/cgroup_case.h"
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

// Returns the output on stdout.
std::string silent(Sandbox& sandbox, const Words& words, int wanted_code = 0,
                   const std::string& input = "") {
  Spawn spawn = sandbox.invocation(words);
  spawn.input = input;
  const Outcome outcome = sandbox.call(std::move(spawn));
  expect_equal("exit code of " + words[0] + " (" + trimmed(outcome.err) + ")", outcome.exit_code,
               wanted_code);
  expect_equal("stderr of " + words[0], outcome.err, "");
  return outcome.out;
}

// An annotation keeps the caller's groups, so additionalGids is not applied: a warning that no
// specification demands.
Bundle warned_of(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.set_json("/annotations", R"({"run.oci.keep_original_groups": "1"})")
      .set_json("/process/user/additionalGids", "[5]");
  return bundle;
}

// The control: there is a warning to give.
void expect_warning(Sandbox& sandbox, const Words& options, const std::string& of) {
  if (!sandbox.runtime().json_paths) return;  // other runtimes may not have this warning
  const std::string log = sandbox.path("log");
  Words words = {"--log", log};
  words.insert(words.end(), options.begin(), options.end());
  expect_equal("exit code with a log", sandbox.call(words).exit_code, 7);
  expect_contains("the log", read_file(log), "level=warning");
  expect_contains("the log", read_file(log), of);
}

void run_and_create(Sandbox& sandbox) {
  const std::string& id = sandbox.id();
  Bundle bundle = warned_of(sandbox);
  bundle.shell("echo out; exit 7").write();
  const std::string at = bundle.directory();
  expect_warning(sandbox, {"run", "--bundle", at, id}, "additionalGids");
  expect_equal("output of run", silent(sandbox, {"run", "--bundle", at, id}, 7), "out\n");
  silent(sandbox, {"create", "--bundle", at, id});
  silent(sandbox, {"start", id});
  expect(eventually([&] { return sandbox.status() == "stopped"; }), "the program does not end");
  silent(sandbox, {"delete", id});
}
const Case kRun("cli/warnings-of-run-create-and-start-are-not-on-stderr", "cli-contract 5.6",
                run_and_create);

void while_it_runs(Sandbox& sandbox) {
  const std::string& id = sandbox.id();
  Bundle bundle = warned_of(sandbox);
  bundle.args({"/bin/probe", "sleep"});
  sandbox.create_and_start(bundle);
  expect_equal("output of exec", silent(sandbox, {"exec", id, "echo", "out"}), "out\n");
  silent(sandbox, {"exec", id, "sh", "-c", "exit 7"}, 7);
  silent(sandbox, {"state", id});
  silent(sandbox, {"list"});
  silent(sandbox, {"kill", id, "URG"});  // ignored by default
  sandbox.stop_and_remove();
}
const Case kRunning("cli/warnings-of-exec-state-list-and-kill-are-not-on-stderr",
                    "cli-contract 5.6", while_it_runs);

void with_a_cgroup(Sandbox& sandbox) {
  require_cgroup2();
  const std::string& id = sandbox.id();
  Bundle bundle = warned_of(sandbox);
  bundle.args({"/bin/probe", "sleep"});
  sandbox.create_and_start(bundle);
  for (const char* verb : {"pause", "resume", "ps"})
    silent(sandbox, {verb, id});
  silent(sandbox, {"update", "--resources", "-", id}, 0, new_limits());
  sandbox.stop_and_remove();
}
const Case kCgroup("cli/warnings-of-pause-resume-ps-and-update-are-not-on-stderr",
                   "cli-contract 5.6", with_a_cgroup);

// Limits without cgroups: ignoring them is intended.
void without_cgroups(Sandbox& sandbox) {
  const Outcome help = sandbox.call({"--help"});
  if ((help.out + help.err).find("--cgroup-manager") == std::string::npos)
    throw Skipped(sandbox.runtime().name + " has no --cgroup-manager");
  const std::string& id = sandbox.id();
  sandbox.always("--cgroup-manager=disabled");
  Bundle bundle = sandbox.bundle();
  bundle.set("/linux/resources/pids/limit", 10).shell("exit 7").write();
  const std::string at = bundle.directory();
  expect_warning(sandbox, {"run", "--bundle", at, id}, "linux.resources.pids");
  silent(sandbox, {"run", "--bundle", at, id}, 7);
  bundle.args({"/bin/probe", "sleep"});
  sandbox.create_and_start(bundle);
  silent(sandbox, {"exec", id, "true"});
  silent(sandbox, {"state", id});
  silent(sandbox, {"list"});
  silent(sandbox, {"kill", id, "KILL"});
  sandbox.wait_stopped();
  silent(sandbox, {"delete", id});
}
const Case kDisabled("cli/warnings-without-cgroups-are-not-on-stderr", "cli-contract 5.6",
                     without_cgroups);

}  // namespace
}  // namespace oci::conformance
