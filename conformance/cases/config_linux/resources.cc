// linux.resources: the cgroup v2 file and value of each property, and properties that v2 lacks
// (config-linux.md#control-groups).
#include <algorithm>

#include "conformance/cases/config_linux/cgroup_case.h"
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/leaks.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

struct Limit {
  const char* name;
  const char* clause;
  const char* controller;
  const char* resources;
  const char* file;
  const char* wanted;
};

// clang-format off
constexpr Limit kLimits[] = {
    {"memory-of-minus-1-is-no-limit", "config-linux.md#memory", "memory", R"({"memory": {"limit": -1}})", "memory.max", "max"},
    {"memory-reservation", "config-linux.md#memory", "memory", R"({"memory": {"limit": 67108864, "reservation": 33554432}})", "memory.low", "33554432"},
    {"swap-is-counted-with-memory", "config-linux.md#memory", "memory", R"({"memory": {"limit": 33554432, "swap": 50331648}})", "memory.swap.max", "16777216"},
    {"swap-of-minus-1-is-no-limit", "config-linux.md#memory", "memory", R"({"memory": {"limit": 33554432, "swap": -1}})", "memory.swap.max", "max"},
    {"swap-of-0-is-not-given", "config-linux.md#memory", "memory", R"({"memory": {"limit": 33554432, "swap": 0}})", "memory.swap.max", "max"},
    {"the-fewest-cpu-shares", "config-linux.md#cpu", "cpu", R"({"cpu": {"shares": 2}})", "cpu.weight", "1"},
    {"the-most-cpu-shares", "config-linux.md#cpu", "cpu", R"({"cpu": {"shares": 262144}})", "cpu.weight", "10000"},
    {"cpu-period-alone", "config-linux.md#cpu", "cpu", R"({"cpu": {"period": 50000}})", "cpu.max", "max 50000"},
    {"cpu-burst", "config-linux.md#cpu", "cpu", R"({"cpu": {"quota": 50000, "period": 100000, "burst": 20000}})", "cpu.max.burst", "20000"},
    {"cpu-idle", "config-linux.md#cpu", "cpu", R"({"cpu": {"idle": 1}})", "cpu.idle", "1"},
    {"cpu-set", "config-linux.md#cpu", "cpuset", R"({"cpu": {"cpus": "0"}})", "cpuset.cpus", "0"},
    {"memory-nodes", "config-linux.md#cpu", "cpuset", R"({"cpu": {"mems": "0"}})", "cpuset.mems", "0"},
    {"pids-of-minus-1-is-no-limit", "config-linux.md#pids", "pids", R"({"pids": {"limit": -1}})", "pids.max", "max"},
    {"huge-page-reservations-are-limited-too", "config-linux.md#huge-page-limits", "hugetlb", R"({"hugepageLimits": [{"pageSize": "2MB", "limit": 4194304}]})", "hugetlb.2MB.rsvd.max", "4194304"},
};

// Properties of cgroup v1: a runtime may convert or must refuse them.
struct Refused {
  const char* name;
  const char* clause;
  const char* path;
  const char* word;
  const char* resources;
};
constexpr Refused kRefused[] = {
    {"kernel-memory-cannot-be-had", "config-linux.md#memory", "linux.resources.memory.kernel", "kernel", R"({"memory": {"kernel": 33554432}})"},
    {"kernel-tcp-memory-cannot-be-had", "config-linux.md#memory", "linux.resources.memory.kernelTCP", "tcp", R"({"memory": {"kernelTCP": 33554432}})"},
    {"swappiness-cannot-be-had", "config-linux.md#memory", "linux.resources.memory.swappiness", "swappiness", R"({"memory": {"swappiness": 60}})"},
    {"no-oom-killer-cannot-be-had", "config-linux.md#memory", "linux.resources.memory.disableOOMKiller", "oom", R"({"memory": {"disableOOMKiller": true}})"},
    {"no-hierarchy-cannot-be-had", "config-linux.md#memory", "linux.resources.memory.useHierarchy", "hierarchy", R"({"memory": {"useHierarchy": false}})"},
    {"realtime-runtime-cannot-be-had", "config-linux.md#cpu", "linux.resources.cpu.realtimeRuntime", "realtime", R"({"cpu": {"realtimeRuntime": 9500}})"},
    {"realtime-period-cannot-be-had", "config-linux.md#cpu", "linux.resources.cpu.realtimePeriod", "realtime", R"({"cpu": {"realtimePeriod": 100000}})"},
    {"leaf-weight-cannot-be-had", "config-linux.md#block-io", "linux.resources.blockIO.leafWeight", "leaf", R"({"blockIO": {"leafWeight": 100}})"},
    {"leaf-weight-of-a-device-cannot-be-had", "config-linux.md#block-io", "linux.resources.blockIO.weightDevice[0].leafWeight", "leaf", R"({"blockIO": {"weightDevice": [{"major": 8, "minor": 0, "leafWeight": 100}]}})"},
    {"a-network-class-cannot-be-had", "config-linux.md#network", "linux.resources.network.classID", "network", R"({"network": {"classID": 1048577}})"},
    {"network-priorities-cannot-be-had", "config-linux.md#network", "linux.resources.network.priorities", "network", R"({"network": {"priorities": [{"name": "lo", "priority": 5}]}})"},
    {"swap-without-a-limit-is-refused", "config-linux.md#memory", "linux.resources.memory.swap", "swap", R"({"memory": {"swap": 33554432}})"},
    {"swap-below-the-limit-is-refused", "config-linux.md#memory", "linux.resources.memory.swap", "swap", R"({"memory": {"limit": 33554432, "swap": 16777216}})"},
    {"burst-over-quota-is-refused", "config-linux.md#cpu", "linux.resources.cpu.burst", "burst", R"({"cpu": {"quota": 10000, "period": 100000, "burst": 20000}})"},
    {"a-device-without-a-weight-is-refused", "config-linux.md#block-io", "linux.resources.blockIO.weightDevice[0]", "weight", R"({"blockIO": {"weightDevice": [{"major": 8, "minor": 0}]}})"},
    {"a-throttle-without-a-rate-is-refused", "config-linux.md#block-io", "linux.resources.blockIO.throttleReadBpsDevice[0].rate", "rate", R"({"blockIO": {"throttleReadBpsDevice": [{"major": 8, "minor": 0}]}})"},
    {"rdma-without-a-limit-is-refused", "config-linux.md#rdma", "linux.resources.rdma.mlx5_1", "rdma", R"({"rdma": {"mlx5_1": {}}})"},
    {"a-device-rule-without-allow-is-refused", "config-linux.md#allowed-device-list", "linux.resources.devices[0].allow", "allow", R"({"devices": [{"access": "rwm"}]})"},
    {"a-device-rule-with-an-unknown-access-is-refused", "config-linux.md#allowed-device-list", "linux.resources.devices[0].access", "access", R"({"devices": [{"allow": false, "access": "rwx"}]})"},
};
// clang-format on

std::vector<Case> limits() {
  std::vector<Case> cases;
  cases.reserve(std::size(kLimits));  // cases register their address
  for (const Limit& one : kLimits) {
    cases.emplace_back(std::string("cgroups/") + one.name, one.clause, [&one](Sandbox& sandbox) {
      require_controller(one.controller);
      expect_equal(one.file, limited(sandbox, one.resources, one.file), one.wanted);
    });
  }
  return cases;
}
const std::vector<Case> kFromLimits = limits();

std::vector<Case> refusals() {
  std::vector<Case> cases;
  cases.reserve(std::size(kRefused));
  for (const Refused& one : kRefused) {
    cases.emplace_back(std::string("cgroups/") + one.name, one.clause, [&one](Sandbox& sandbox) {
      refuse_resources(sandbox, {one.path, {one.word}}, one.resources);
    });
  }
  return cases;
}
const std::vector<Case> kFromRefused = refusals();

void no_pids(Sandbox& sandbox) {
  require_controller("pids");
  require_limits_in_v2(sandbox);
  Bundle bundle = placed(sandbox);
  // Before 1.3, engines wrote 0 for "no limit".
  bundle.set("/ociVersion", "1.3.0").set_json("/linux/resources", R"({"pids": {"limit": 0}})");
  sandbox.create(bundle);
  expect_equal("pids.max", trimmed(read_file(cgroup_directory(sandbox) + "/pids.max")), "0");
  sandbox.call({"delete", "--force", sandbox.id()});
}
const Case kNoPids("cgroups/pids-of-0-is-a-limit-of-0", "config-linux.md#pids", no_pids);

// The first disk of the machine, "MAJOR:MINOR".
std::string any_disk() {
  for (const std::string& name : entries("/sys/block")) {
    if (name.starts_with("sd") || name.starts_with("vd") || name.starts_with("nvme")) {
      return trimmed(read_file("/sys/block/" + name + "/dev"));
    }
  }
  throw Skipped("there is no disk");
}

void throttles(Sandbox& sandbox) {
  require_controller("io");
  const std::vector<std::string> disk = split(any_disk(), ':');
  const std::string device = R"([{"major": )" + disk[0] + R"(, "minor": )" + disk[1];
  const std::string resources = R"({"blockIO": {"throttleReadBpsDevice": )" + device +
                                R"(, "rate": 1048576}], "throttleWriteBpsDevice": )" + device +
                                R"(, "rate": 2097152}], "throttleReadIOPSDevice": )" + device +
                                R"(, "rate": 300}], "throttleWriteIOPSDevice": )" + device +
                                R"(, "rate": 400}]}})";
  expect_equal("io.max", limited(sandbox, resources, "io.max"),
               disk[0] + ":" + disk[1] + " rbps=1048576 wbps=2097152 riops=300 wiops=400");
}
const Case kThrottles("cgroups/throttles-are-lines-of-io-max", "config-linux.md#block-io",
                      throttles);

// One of two files has the weight, depending on the I/O scheduler.
void io_weight(Sandbox& sandbox) {
  require_controller("io");
  require_limits_in_v2(sandbox);
  Bundle bundle = placed(sandbox);
  bundle.set_json("/linux/resources", R"({"blockIO": {"weight": 1000}})");
  sandbox.create_and_start(bundle);
  const std::string bfq = trimmed(read_file(cgroup_directory(sandbox) + "/io.bfq.weight"));
  const std::string plain = trimmed(read_file(cgroup_directory(sandbox) + "/io.weight"));
  sandbox.stop_and_remove();
  if (bfq.empty() && plain.empty()) throw Skipped("the kernel has no weights for disks");
  expect(bfq == "default 1000" || bfq == "1000" || plain == "default 10000",
         "io.bfq.weight is '" + bfq + "' and io.weight '" + plain + "'");
}
const Case kIoWeight("cgroups/block-io-weight", "config-linux.md#block-io", io_weight);

void frozen(Sandbox& sandbox) {
  require_limits_in_v2(sandbox);
  Bundle bundle = placed(sandbox);
  make_dir(cgroup_directory(sandbox));
  write_file(cgroup_directory(sandbox) + "/cgroup.freeze", "1");
  bundle.write();
  Spawn spawn = sandbox.invocation({"create", "--bundle", bundle.directory(), sandbox.id()});
  spawn.seconds = 5;
  Outcome refused;
  try {
    refused = sandbox.call(spawn);
  } catch (const Failed& why) {
    remove_cgroups(sandbox.id());
    throw;
  }
  write_file(cgroup_directory(sandbox) + "/cgroup.freeze", "0");
  sandbox.clean_up();
  remove_cgroups(sandbox.id());
  expect(refused.exit_code != 0, "create exits 0");
  expect_contains("the message", refused.err, "frozen");
}
const Case kFrozen("cgroups/a-frozen-one-is-refused", "config-linux.md#control-groups", frozen);

}  // namespace
}  // namespace oci::conformance
