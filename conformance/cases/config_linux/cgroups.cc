// linux.cgroupsPath and linux.resources, on cgroup v2 (config-linux.md#control-groups).
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>

#include "conformance/cases/config_linux/cgroup_case.h"
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

void absolute(Sandbox& sandbox) {
  Bundle bundle = placed(sandbox);
  sandbox.create(bundle);
  expect_equal("cgroup", cgroup_of(sandbox.init_pid()), "/" + sandbox.id());
  sandbox.start();
  expect_equal("cgroup", cgroup_of(sandbox.init_pid()), "/" + sandbox.id());
  sandbox.stop_and_remove();
  expect(!exists(cgroup_directory(sandbox)), "the cgroup is still there");
}
const Case kAbsolute("cgroups/an-absolute-path-is-below-the-mount", "config-linux.md#cgroups-path",
                     absolute);

void nested(Sandbox& sandbox) {
  require_limits_in_v2(sandbox);
  Bundle bundle = placed(sandbox);
  bundle.set("/linux/cgroupsPath", "/" + sandbox.id() + "-parent/a/b");
  sandbox.create_and_start(bundle);
  expect_equal("cgroup", cgroup_of(sandbox.init_pid()), "/" + sandbox.id() + "-parent/a/b");
  sandbox.stop_and_remove();
  // Parents that create made may stay, since they are not part of the container.
  for (const char* below : {"/a", ""}) {
    ::rmdir((cgroup2_mount() + "/" + sandbox.id() + "-parent" + below).c_str());
  }
}
const Case kNested("cgroups/missing-parents-are-made", "config-linux.md#cgroups-path", nested);

void same_place(Sandbox& sandbox) {
  Bundle bundle = placed(sandbox);
  bundle.set("/linux/cgroupsPath", sandbox.id() + "-relative");
  std::string first;
  for (int round = 0; round < 2; ++round) {
    sandbox.create(bundle);
    const std::string now = cgroup_of(sandbox.init_pid());
    if (round == 0) first = now;
    expect_equal("cgroup", now, first);
    sandbox.remove();
  }
  expect_contains("cgroup", first, sandbox.id() + "-relative");
}
const Case kSame("cgroups/a-relative-path-is-always-the-same-place", "config-linux.md#cgroups-path",
                 same_place);

// For any caller: its own cgroup may end before the container does.
void no_path(Sandbox& sandbox) {
  require_limits_in_v2(sandbox);
  const std::string above = cgroup2_mount() + "/" + sandbox.id() + "-above";
  const std::string callers = above + "/callers";
  make_dir(above);
  make_dir(callers);
  Bundle bundle = sandbox.bundle();
  bundle.without_namespace("cgroup").remove("/linux/cgroupsPath");
  bundle.shell("cat /proc/self/cgroup").write();
  Spawn spawn = sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()});
  const Words enter = {"/bin/sh", "-c", R"(echo 0 >"$0/cgroup.procs" && exec "$@")", callers};
  spawn.argv.insert(spawn.argv.begin(), enter.begin(), enter.end());
  const Outcome ran = sandbox.call(spawn);
  ::rmdir(callers.c_str());
  ::rmdir(above.c_str());
  expect_equal("exit code (" + trimmed(ran.err) + ")", ran.exit_code, 0);
  expect_contains("cgroup", ran.out, "0::/" + sandbox.id() + "\n");
}
const Case kNoPath("cgroups/without-a-path-it-is-at-the-top", "config-linux.md#cgroups-path",
                   no_path);

// BuildKit in a dockerd with systemd cgroups calls the runtime without --systemd-cgroup.
void name_of_a_scope(Sandbox& sandbox) {
  Bundle bundle = placed(sandbox);
  bundle.set("/linux/cgroupsPath", "system.slice:docker:" + sandbox.id());
  sandbox.create(bundle);
  expect_contains("cgroup", cgroup_of(sandbox.init_pid()), "system.slice:docker:" + sandbox.id());
  sandbox.remove();
}
const Case kScope("cgroups/without-systemd-the-name-of-a-scope-is-a-name", "cli-contract 1.3",
                  name_of_a_scope);

void upwards(Sandbox& sandbox) {
  Bundle bundle = placed(sandbox);
  bundle.set("/linux/cgroupsPath", "/../../" + sandbox.id() + "-up");
  if (sandbox.try_create(bundle).exit_code != 0) return;  // refused: fine
  const std::string where = cgroup_of(sandbox.init_pid());
  expect_lacks("cgroup", where, "..");
  sandbox.remove();
  expect(!exists("/sys/" + sandbox.id() + "-up"), "it left the hierarchy");
}
const Case kUpwards("cgroups/a-path-does-not-lead-out-of-the-hierarchy", "threats 4", upwards);

void children_die(Sandbox& sandbox) {
  Bundle bundle = placed(sandbox);
  bundle.shell("sleep 1000 & sleep 1000 & echo ready; wait");
  sandbox.create_and_start(bundle);
  sandbox.said(1);
  sandbox.kill("KILL");
  sandbox.wait_stopped();
  expect(eventually([&] {
           return trimmed(read_file(cgroup_directory(sandbox) + "/cgroup.procs")).empty();
         }),
         "its other processes live on");
  sandbox.remove();
}
const Case kChildren("cgroups/with-its-init-all-processes-end", "pid_namespaces(7)", children_die);

void shared_pids(Sandbox& sandbox) {
  Bundle bundle = placed(sandbox);
  bundle.without_namespace("pid").shell("sleep 1000 & sleep 1000 & echo ready; exit 0");
  sandbox.create_and_start(bundle);
  sandbox.said(1);
  sandbox.wait_stopped();
  const Outcome deleted = sandbox.call({"delete", "--force", sandbox.id()});
  expect(deleted.exit_code == 0, "delete says: " + deleted.err);
  expect(!exists(cgroup_directory(sandbox)), "the cgroup is still there");
}
const Case kShared("cgroups/delete-ends-what-shares-the-hosts-pids", "runtime.md#delete",
                   shared_pids);

void inner_cgroups(Sandbox& sandbox) {
  Bundle bundle = placed(sandbox);
  sandbox.create_and_start(bundle);
  const std::string inner = cgroup_directory(sandbox) + "/inner/most";
  make_dir(inner);
  sandbox.kill("KILL");
  sandbox.wait_stopped();
  sandbox.remove();
  expect(!exists(cgroup_directory(sandbox)), "the cgroup is still there");
}
const Case kInner("cgroups/those-made-inside-are-removed-too", "reliability 4", inner_cgroups);

void own_cgroup(Sandbox& sandbox) {
  Bundle bundle = placed(sandbox);
  const std::string used = cgroup_directory(sandbox) + "-used";
  ::mkdir(used.c_str(), 0755);
  Command stranger({.argv = {"sleep", "30"}}, sandbox.directory());
  write_file(used + "/cgroup.procs", std::to_string(stranger.pid()), 0644);
  bundle.set("/linux/cgroupsPath", "/" + sandbox.id() + "-used");
  const Outcome outcome = sandbox.try_create(bundle);
  if (outcome.exit_code == 0) sandbox.call({"delete", "--force", sandbox.id()});
  const bool alive = stranger.running();
  stranger.signal(SIGKILL);
  stranger.wait();
  eventually([&] { return ::rmdir(used.c_str()) == 0 || !exists(used); });
  expect(alive, "a process that is not the container's was killed");
}
const Case kStranger("cgroups/a-strangers-process-in-the-path-is-left-alone",
                     "config-linux.md#control-groups", own_cgroup);

void memory(Sandbox& sandbox) {
  require_controller("memory");
  expect_equal("memory.max", limited(sandbox, R"({"memory": {"limit": 33554432}})", "memory.max"),
               "33554432");
}
const Case kMemory("cgroups/memory-limit", "config-linux.md#memory", memory);

void pids(Sandbox& sandbox) {
  require_controller("pids");
  expect_equal("pids.max", limited(sandbox, R"({"pids": {"limit": 77}})", "pids.max"), "77");
}
const Case kPids("cgroups/pids-limit", "config-linux.md#pids", pids);

void cpu(Sandbox& sandbox) {
  require_controller("cpu");
  expect_equal("cpu.max",
               limited(sandbox, R"({"cpu": {"quota": 50000, "period": 100000}})", "cpu.max"),
               "50000 100000");
}
const Case kCpu("cgroups/cpu-quota", "config-linux.md#cpu", cpu);

void halves(Sandbox& sandbox) {
  require_controller("cpu");
  Bundle bundle = placed(sandbox);
  bundle.set_json("/linux/resources/cpu", R"({"quota": 50000, "period": 100000})")
      .shell(
          "timeout 2 dd if=/dev/zero of=/dev/null & timeout 2 dd if=/dev/zero of=/dev/null; wait");
  const auto began = std::chrono::steady_clock::now();
  sandbox.create_and_start(bundle);
  sandbox.wait_stopped();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  const std::string stat = read_file(cgroup_directory(sandbox) + "/cpu.stat");
  sandbox.remove();
  const double used = std::stod(stat.substr(stat.find(' '))) / 1e6;
  // More than half: the quota of the last period, and time missed by the late ticks of an emulated
  // processor. Without the limit it would be twice the elapsed time, or all of it on one CPU.
  expect(used < 0.75 * took.count() + 0.1 && used > 0.2 * took.count(),
         "two dd's used " + std::to_string(used) + " s of processor in " +
             std::to_string(took.count()) + " s at a half");
}
const Case kHalves("cgroups/half-a-processor-for-two", "config-linux.md#cpu", halves);

void huge_pages(Sandbox& sandbox) {
  require_controller("hugetlb");
  const std::string resources = R"({"hugepageLimits": [{"pageSize": "2MB", "limit": 4194304}]})";
  expect_equal("hugetlb.2MB.max", limited(sandbox, resources, "hugetlb.2MB.max"), "4194304");
}
const Case kHuge("cgroups/huge-page-limit", "config-linux.md#huge-page-limits", huge_pages);

void unified(Sandbox& sandbox) {
  require_controller("hugetlb");
  const std::string resources = R"({"unified": {"hugetlb.2MB.max": "2097152"}})";
  expect_equal("hugetlb.2MB.max", limited(sandbox, resources, "hugetlb.2MB.max"), "2097152");
}
const Case kUnified("cgroups/unified-writes-files", "config-linux.md#unified", unified);

void core_file(Sandbox& sandbox) {
  const std::string resources = R"({"unified": {"cgroup.max.descendants": "5"}})";
  expect_equal("cgroup.max.descendants", limited(sandbox, resources, "cgroup.max.descendants"),
               "5");
}
const Case kCore("cgroups/unified-writes-files-without-a-controller", "config-linux.md#unified",
                 core_file);

void missing_controller(Sandbox& sandbox) {
  const std::string have = read_file(cgroup2_mount() + "/cgroup.controllers");
  if (have.find("memory") != have.npos) throw Skipped("the memory controller is there");
  refuse_resources(sandbox, {"memory", {"memory"}}, R"({"memory": {"limit": 33554432}})");
}
const Case kMissing("cgroups/a-limit-without-its-controller-names-it", "config.md#valid-values",
                    missing_controller);

void unknown_file(Sandbox& sandbox) {
  refuse_resources(sandbox, {"linux.resources.unified", {"unified", "nosuch.file"}},
                   R"({"unified": {"nosuch.file": "1"}})");
}
const Case kUnknownFile("cgroups/an-unknown-unified-controller-is-refused",
                        "config-linux.md#unified", unknown_file);

void escaping_file(Sandbox& sandbox) {
  refuse_resources(sandbox, {"linux.resources.unified", {"unified", "cgroup.freeze"}},
                   R"({"unified": {"../cgroup.freeze": "0"}})");
}
const Case kEscaping("cgroups/a-unified-name-with-a-slash-is-refused", "config-linux.md#unified",
                     escaping_file);

void page_size(Sandbox& sandbox) {
  refuse_resources(sandbox, {"linux.resources.hugepageLimits[0].pageSize", {"huge", "3QB"}},
                   R"({"hugepageLimits": [{"pageSize": "3QB", "limit": 1}]})");
}
const Case kPageSize("cgroups/an-unknown-page-size-is-refused", "config-linux.md#huge-page-limits",
                     page_size);

}  // namespace
}  // namespace oci::conformance
