// update: changes limits of a running container (cli-contract 4).
#include "conformance/cases/config_linux/cgroup_case.h"
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

Outcome update(Sandbox& sandbox, const Words& options, const std::string& input = "") {
  Words words = {"update"};
  words.insert(words.end(), options.begin(), options.end());
  words.push_back(sandbox.id());
  Spawn spawn = sandbox.invocation(words);
  spawn.input = input;
  return sandbox.call(std::move(spawn));
}

std::string value(const Sandbox& sandbox, const std::string& file) {
  return trimmed(read_file(cgroup_directory(sandbox) + "/" + file));
}

void from_json(Sandbox& sandbox) {
  require_limits_in_v2(sandbox);
  require_controller("hugetlb");
  require_file("/sys/kernel/mm/hugepages/hugepages-2048kB");
  Bundle bundle = placed(sandbox);
  sandbox.create_and_start(bundle);
  const Outcome outcome = update(sandbox, {"--resources", "-"},
                                 R"({"hugepageLimits": [{"pageSize": "2MB", "limit": 4194304}]})");
  expect_equal("exit code (" + outcome.err + ")", outcome.exit_code, 0);
  expect_equal("hugetlb.2MB.max", value(sandbox, "hugetlb.2MB.max"), "4194304");
  sandbox.stop_and_remove();
}
const Case kJson("update/limits-come-as-json", "cli-contract 1.1", from_json);

void from_options(Sandbox& sandbox) {
  require_limits_in_v2(sandbox);
  for (const char* name : {"memory", "cpu", "pids"})
    require_controller(name);
  Bundle bundle = placed(sandbox);
  bundle.set_json("/linux/resources",
                  R"({"memory": {"limit": 67108864}, "cpu": {"quota": 20000, "period": 50000}})");
  sandbox.create_and_start(bundle);
  const Outcome outcome = update(sandbox, {"--memory", "128m", "--pids-limit", "77"});
  expect_equal("exit code (" + outcome.err + ")", outcome.exit_code, 0);
  expect_equal("memory.max", value(sandbox, "memory.max"), "134217728");
  expect_equal("pids.max", value(sandbox, "pids.max"), "77");
  expect_equal("limits that were not named", value(sandbox, "cpu.max"), "20000 50000");
  expect_equal("exit code", update(sandbox, {"--pids-limit", "-1"}).exit_code, 0);
  expect_equal("pids.max", value(sandbox, "pids.max"), "max");
  expect_equal("exit code", update(sandbox, {"--cpu-quota", "10000"}).exit_code, 0);
  expect_equal("the period stays", value(sandbox, "cpu.max"), "10000 50000");
  sandbox.stop_and_remove();
}
const Case kOptions("update/options-change-what-they-name", "cli-contract 4", from_options);

void burst(Sandbox& sandbox) {
  require_limits_in_v2(sandbox);
  require_controller("cpu");
  Bundle bundle = placed(sandbox);
  bundle.set_json("/linux/resources",
                  R"({"cpu": {"quota": 200000, "period": 100000, "burst": 100000}})");
  sandbox.create_and_start(bundle);
  const Words down = {"--cpu-quota", "50000", "--cpu-burst", "20000"};
  const Words up = {"--cpu-quota", "300000", "--cpu-burst", "250000"};
  for (const Words& words : {down, up}) {
    const Outcome outcome = update(sandbox, words);
    expect_equal("exit code (" + outcome.err + ")", outcome.exit_code, 0);
    expect_equal("cpu.max", value(sandbox, "cpu.max"), words[1] + " 100000");
    expect_equal("cpu.max.burst", value(sandbox, "cpu.max.burst"), words[3]);
  }
  sandbox.stop_and_remove();
}
const Case kBurst("update/quota-and-burst-change-together", "config-linux.md#cpu", burst);

void all_or_nothing(Sandbox& sandbox) {
  require_limits_in_v2(sandbox);
  require_controller("cpuset");
  require_controller("io");
  Bundle bundle = placed(sandbox);
  sandbox.create_and_start(bundle);
  const std::string before = value(sandbox, "cpuset.cpus.effective");
  const Outcome outcome = update(sandbox, {"--resources", "-"},
                                 R"({"cpu": {"cpus": "0"}, "blockIO": {"throttleReadBpsDevice":
                [{"major": 99, "minor": 77, "rate": 1048576}]}})");
  expect(outcome.exit_code != 0, "a device that is not there has a limit");
  // cpuset.cpus itself cannot be emptied in a populated cgroup.
  expect_equal("its CPUs", value(sandbox, "cpuset.cpus.effective"), before);
  sandbox.stop_and_remove();
}
const Case kAllOrNothing("update/after-an-error-nothing-has-changed", "cli-contract 4",
                         all_or_nothing);

void below_usage(Sandbox& sandbox) {
  require_limits_in_v2(sandbox);
  require_controller("memory");
  Bundle bundle = placed(sandbox);
  bundle.set_json("/linux/resources",
                  R"({"memory": {"limit": 67108864, "checkBeforeUpdate": true}})");
  sandbox.create_and_start(bundle);
  const Outcome outcome = update(sandbox, {"--resources", "-"},
                                 R"({"memory": {"limit": 4096, "checkBeforeUpdate": true}})");
  expect(outcome.exit_code != 0, "a limit below the usage was set");
  expect_contains("the message", outcome.err, "rejecting memory limit");
  expect_equal("memory.max", value(sandbox, "memory.max"), "67108864");
  expect_equal("status", sandbox.status(), "running");
  sandbox.stop_and_remove();
}
const Case kBelow("update/a-limit-below-what-is-used-is-refused", "config-linux.md#memory",
                  below_usage);

void stopped(Sandbox& sandbox) {
  Bundle bundle = placed(sandbox);
  sandbox.create(bundle);
  sandbox.kill("KILL");
  sandbox.wait_stopped();
  const Outcome outcome = update(sandbox, {"--cpu-share", "1024"});
  expect(outcome.exit_code != 0, "a stopped container was changed");
  sandbox.remove();
}
const Case kStopped("update/not-of-a-stopped-container", "cli-contract 8.1", stopped);

}  // namespace
}  // namespace oci::conformance
