// pause, resume and ps (cli-contract 4, 5.3).
#include <signal.h>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

// utime and stime of /proc/PID/stat, which do not grow in a paused process.
std::string processor_time(pid_t pid) {
  const std::vector<std::string> words =
      split(read_file("/proc/" + std::to_string(pid) + "/stat"), ' ');
  return words.size() > 15 ? words[13] + " " + words[14] : "";
}

void stands_still(Sandbox& sandbox) {
  require_cgroup2();
  Bundle bundle = sandbox.bundle();
  bundle.shell("echo ready; while :; do :; done");
  sandbox.create_and_start(bundle);
  sandbox.said(1);
  expect_equal("exit code of pause", sandbox.call({"pause", sandbox.id()}).exit_code, 0);
  expect_equal("status", sandbox.status(), "paused");
  const std::string before = processor_time(sandbox.init_pid());
  expect(!before.empty(), "there is no init");
  expect(sandbox.call({"pause", sandbox.id()}).exit_code != 0, "a paused container was paused");
  expect_equal("its processor time", processor_time(sandbox.init_pid()), before);
  expect_equal("exit code of resume", sandbox.call({"resume", sandbox.id()}).exit_code, 0);
  expect_equal("status", sandbox.status(), "running");
  expect(sandbox.call({"resume", sandbox.id()}).exit_code != 0, "a running one was resumed");
  sandbox.stop_and_remove();
}
const Case kStandsStill("pause/it-stands-still-until-it-is-resumed", "cli-contract 4",
                        stands_still);

void paused_in_list(Sandbox& sandbox) {
  require_cgroup2();
  Bundle bundle = sandbox.bundle();
  bundle.shell("sleep 1000");
  sandbox.create_and_start(bundle);
  const auto status = [&] {
    const json::Document list =
        parse_json("the list", sandbox.call({"list", "--format", "json"}).out);
    expect(list.IsArray() && list.Size() == 1, "it has not one row");
    return std::string(list[0]["status"].GetString());
  };
  expect_equal("status", status(), "running");
  sandbox.call({"pause", sandbox.id()});
  expect_equal("status", status(), "paused");
  sandbox.call({"resume", sandbox.id()});
  expect_equal("status", status(), "running");
  sandbox.stop_and_remove();
}
const Case kPausedInList("pause/list-says-so", "cli-contract 5.2", paused_in_list);

void paused_exec(Sandbox& sandbox) {
  require_cgroup2();
  Bundle bundle = sandbox.bundle();
  bundle.shell("sleep 1000");
  sandbox.create_and_start(bundle);
  sandbox.call({"pause", sandbox.id()});
  const Outcome outcome = sandbox.call({"exec", sandbox.id(), "true"});
  expect(outcome.exit_code != 0, "it ran in a paused container");
  expect_contains("the message", outcome.err, "paused");
  sandbox.call({"resume", sandbox.id()});
  expect_equal("exec after resume", sandbox.call({"exec", sandbox.id(), "true"}).exit_code, 0);
  sandbox.stop_and_remove();
}
const Case kPausedExec("pause/nothing-is-run-in-a-paused-container", "cli-contract 8.2",
                       paused_exec);

void paused_before_start(Sandbox& sandbox) {
  require_cgroup2();
  Bundle bundle = sandbox.bundle();
  bundle.shell("sleep 1000");
  sandbox.create(bundle);
  expect_equal("exit code of pause", sandbox.call({"pause", sandbox.id()}).exit_code, 0);
  for (const Words& words : {Words{"start", sandbox.id()}, Words{"exec", sandbox.id(), "true"}}) {
    const Outcome outcome = sandbox.call(words);
    expect(outcome.exit_code != 0, "a paused container does not let " + words[0] + " end");
    expect_contains("the message", outcome.err, "paused");
  }
  expect_equal("exit code of resume", sandbox.call({"resume", sandbox.id()}).exit_code, 0);
  sandbox.start();
  expect_equal("status", sandbox.status(), "running");
  sandbox.stop_and_remove();
}
const Case kPausedStart("pause/a-container-that-is-paused-is-not-started", "runtime.md#start",
                        paused_before_start);

void kill_paused(Sandbox& sandbox) {
  require_cgroup2();
  Bundle bundle = sandbox.bundle();
  bundle.shell("sleep 1000");
  sandbox.create_and_start(bundle);
  sandbox.call({"pause", sandbox.id()});
  sandbox.kill("KILL");
  expect_equal("exit code", sandbox.wait_stopped(), 128 + SIGKILL);
  sandbox.remove();
}
const Case kKilled("pause/a-paused-container-can-be-killed", "reliability 4", kill_paused);

void process_list(Sandbox& sandbox) {
  require_cgroup2();
  Bundle bundle = sandbox.bundle();
  bundle.shell("sleep 1000 & echo ready; sleep 2000");
  sandbox.create_and_start(bundle);
  sandbox.said(1);
  const std::string pid = std::to_string(sandbox.init_pid());
  const Outcome json = sandbox.call({"ps", "--format", "json", sandbox.id()});
  expect_equal("exit code (" + json.err + ")", json.exit_code, 0);
  const json::Document pids = parse_json("ps", json.out);
  expect(pids.IsArray() && pids.Size() >= 2, "it lists '" + json.out + "'");
  expect_contains("the list", json.out, pid);
  const Outcome table = sandbox.call({"ps", sandbox.id(), "-e", "-o", "pid,args"});
  expect_contains("the table", table.out, "PID");
  expect_contains("the table", table.out, "sleep 2000");
  expect_lacks("the table", table.out, "oci-conformance");
  sandbox.stop_and_remove();
}
const Case kPs("ps/shows-the-processes-of-the-container", "cli-contract 5.3", process_list);

}  // namespace
}  // namespace oci::conformance
