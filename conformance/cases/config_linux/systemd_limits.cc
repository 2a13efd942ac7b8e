// Limits of a scope, in its cgroup files and in the properties of the unit.
#include "conformance/cases/command_line/systemd_case.h"
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

constexpr int kSeconds = 60;

struct Limit {
  const char* file;
  const char* value;
};

// A runtime may repeat the limits below the scope, but the scope must have them.
void expect_limits(const std::string& when, const std::string& directory,
                   std::initializer_list<Limit> limits) {
  for (const Limit& limit : limits) {
    expect_equal(std::string(limit.file) + " " + when,
                 trimmed(read_file(directory + "/" + limit.file)), limit.value);
  }
}

constexpr char kResources[] = R"({"memory": {"limit": 67108864, "reservation": 33554432,
  "swap": 67108864}, "cpu": {"shares": 2048, "quota": 20000, "period": 50000, "cpus": "0"},
  "pids": {"limit": 20}})";

void reloaded(Sandbox& sandbox) {
  Systemd systemd(sandbox);
  Bundle bundle = systemd.bundle();
  bundle.set_json("/linux/resources", kResources);
  sandbox.create_and_start(bundle);
  const std::string directory = systemd.directory(sandbox.init_pid());
  const std::initializer_list<Limit> limits = {
      {"memory.max", "67108864"}, {"memory.low", "33554432"}, {"memory.swap.max", "0"},
      {"cpu.max", "20000 50000"}, {"cpuset.cpus", "0"},       {"pids.max", "20"}};
  const std::string weight = trimmed(read_file(directory + "/cpu.weight"));
  expect_limits("at first", directory, limits);
  expect(weight != "100", "cpu.weight is as if nothing had been said");
  systemd.reload();
  expect_limits("after daemon-reload", directory, limits);
  expect_equal("cpu.weight after daemon-reload", trimmed(read_file(directory + "/cpu.weight")),
               weight);
  sandbox.stop_and_remove();
}
const Case kReloaded("systemd/limits-outlive-daemon-reload", "moby issue 51446", reloaded,
                     kSeconds);

void unified(Sandbox& sandbox) {
  Systemd systemd(sandbox);
  Bundle bundle = systemd.bundle();
  bundle.set_json("/linux/resources", R"({"unified": {"memory.high": "50331648",
    "memory.min": "1048576", "cpu.weight": "77", "pids.max": "33"}})");
  sandbox.create_and_start(bundle);
  const std::string directory = systemd.directory(sandbox.init_pid());
  const std::initializer_list<Limit> limits = {{"memory.high", "50331648"},
                                               {"memory.min", "1048576"},
                                               {"cpu.weight", "77"},
                                               {"pids.max", "33"}};
  expect_limits("at first", directory, limits);
  systemd.reload();
  expect_limits("after daemon-reload", directory, limits);
  sandbox.stop_and_remove();
}
const Case kUnified("systemd/unified-limits-outlive-daemon-reload", "config-linux.md#unified",
                    unified, kSeconds);

// systemd rewrites several files when one limit changes; the others must stay.
void others_stay(Sandbox& sandbox) {
  Systemd systemd(sandbox);
  Bundle bundle = systemd.bundle();
  bundle.set_json("/linux/resources", R"({"unified": {"memory.max": "64M", "memory.oom.group": "1",
    "cpu.weight.nice": "5"}, "cpu": {"quota": 12345, "period": 50000}})");
  sandbox.create_and_start(bundle);
  const std::string directory = systemd.directory(sandbox.init_pid());
  const std::initializer_list<Limit> limits = {{"memory.max", "67108864"},
                                               {"memory.oom.group", "1"},
                                               {"cpu.weight.nice", "5"},
                                               {"cpu.max", "12345 50000"}};
  expect_limits("at first", directory, limits);
  expect_equal("exit code of update",
               sandbox.call({"update", "--pids-limit", "77", sandbox.id()}).exit_code, 0);
  expect_limits("after update", directory, {{"pids.max", "77"}});
  expect_limits("after update", directory, limits);
  expect_equal("MemoryMax", systemd.property("MemoryMax"), "67108864");
  sandbox.stop_and_remove();
}
const Case kOthers("systemd/update-changes-nothing-else", "cli-contract 4", others_stay, kSeconds);

void exact(Sandbox& sandbox) {
  Systemd systemd(sandbox);
  Bundle bundle = systemd.bundle();
  bundle.set_json("/linux/resources", R"({"cpu": {"quota": 12345, "period": 50000}})");
  sandbox.create(bundle);
  expect_limits("at first", systemd.directory(sandbox.init_pid()), {{"cpu.max", "12345 50000"}});
  expect_equal("CPUQuotaPerSecUSec", systemd.property("CPUQuotaPerSecUSec"), "250ms");
  sandbox.remove_forced();
}
const Case kExact("systemd/a-quota-is-exact-where-the-property-is-not", "config-linux.md#cpu",
                  exact, kSeconds);

void one_process(Sandbox& sandbox) {
  Systemd systemd(sandbox);
  Bundle bundle = systemd.bundle();
  bundle.set_json("/linux/resources", R"({"pids": {"limit": 1}})");
  sandbox.create_and_start(bundle);
  const std::string directory = systemd.directory(sandbox.init_pid());
  expect_limits("", directory, {{"pids.max", "1"}});
  systemd.reload();
  expect_limits("after daemon-reload", directory, {{"pids.max", "1"}});
  sandbox.stop_and_remove();
  systemd.expect_gone();
}
const Case kOne("systemd/a-limit-of-one-process-is-for-the-container", "config-linux.md#pids",
                one_process, kSeconds);

void updated(Sandbox& sandbox) {
  Systemd systemd(sandbox);
  Bundle bundle = systemd.bundle();
  bundle.set_json("/linux/resources", kResources);
  sandbox.create_and_start(bundle);
  Spawn spawn = sandbox.invocation({"update", "--resources", "-", sandbox.id()});
  spawn.input = R"({"memory": {"limit": 134217728, "swap": 134217728}, "pids": {"limit": 77},
    "cpu": {"quota": 30000, "period": 50000}})";
  const Outcome outcome = sandbox.call(std::move(spawn));
  expect_equal("exit code (" + outcome.err + ")", outcome.exit_code, 0);
  const std::string directory = systemd.directory(sandbox.init_pid());
  const std::initializer_list<Limit> limits = {{"memory.max", "134217728"},
                                               {"memory.low", "33554432"},
                                               {"cpu.max", "30000 50000"},
                                               {"cpuset.cpus", "0"},
                                               {"pids.max", "77"}};
  expect_limits("after update", directory, limits);
  expect_equal("MemoryMax", systemd.property("MemoryMax"), "134217728");
  expect_equal("TasksMax", systemd.property("TasksMax"), "77");
  systemd.reload();
  expect_limits("after daemon-reload", directory, limits);
  sandbox.stop_and_remove();
}
const Case kUpdated("systemd/update-is-told-to-systemd", "cli-contract 4", updated, kSeconds);

void update_without_bus(Sandbox& sandbox) {
  Systemd systemd(sandbox);
  Bundle bundle = systemd.bundle();
  bundle.set_json("/linux/resources", kResources);
  sandbox.create_and_start(bundle);
  const std::string directory = systemd.directory(sandbox.init_pid());
  ::unlink("/run/dbus");
  Spawn spawn = sandbox.invocation({"update", "--resources", "-", sandbox.id()});
  spawn.input = R"({"pids": {"limit": 77}})";
  const Outcome outcome = sandbox.call(std::move(spawn));
  expect(outcome.exit_code != 0, "a limit was set that daemon-reload undoes");
  expect_limits("after an update that failed", directory, {{"pids.max", "20"}});
  sandbox.stop_and_remove();
}
const Case kUpdateWithout("systemd/an-update-that-systemd-does-not-hear-changes-nothing",
                          "cli-contract 4", update_without_bus, kSeconds);

void devices(Sandbox& sandbox) {
  Systemd systemd(sandbox);
  Bundle bundle = systemd.bundle();
  bundle.add("/linux/devices", R"({"path": "/dev/kmsg", "type": "c", "major": 1, "minor": 11})")
      .set_json("/linux/resources", R"({"devices": [{"allow": false, "access": "rwm"},
        {"allow": true, "type": "c", "major": 1, "minor": 3, "access": "rwm"}]})");
  sandbox.create_and_start(bundle);
  const auto opens = [&](const std::string& device) {
    return sandbox
        .call(
            {"exec", sandbox.id(), "/bin/busybox", "dd", "if=" + device, "of=/dev/null", "count=0"})
        .exit_code;
  };
  const auto look = [&](const std::string& when) {
    expect_equal("opening /dev/null " + when, opens("/dev/null"), 0);
    expect(opens("/dev/kmsg") != 0, "/dev/kmsg can be opened " + when);
  };
  look("at first");
  systemd.reload();
  look("after daemon-reload");
  systemd.call({"set-property", "--runtime", systemd.unit(), "TasksMax=50"});
  look("after a property was set");
  sandbox.stop_and_remove();
}
const Case kDevices("systemd/device-rules-outlive-daemon-reload",
                    "config-linux.md#allowed-device-list", devices, kSeconds);

}  // namespace
}  // namespace oci::conformance
