// Scheduling, memory policy, execution domain and labels of the process (config.md#linux-process,
// config-linux.md#memory-policy, #personality).
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>

#include "conformance/cases/config/apparmor_case.h"
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

// Returns sched_getattr(2): policy, nice, priority, runtime, deadline, period, flags.
std::string scheduled(Sandbox& sandbox, const char* scheduler) {
  Bundle bundle = sandbox.bundle();
  bundle.set_json("/process/scheduler", scheduler);
  return sandbox.facts(bundle).text("/scheduler");
}

void fair_policies(Sandbox& sandbox) {
  // Since Linux 6.12, runtime of a fair policy is its slice. The specification does not mention it.
  const auto without_slice = [&](const char* json) {
    const std::vector<std::string> words = split(scheduled(sandbox, json), ' ');
    return words[0] + " " + words[1] + " " + words[2] + " " + words[6];
  };
  expect_equal("batch", without_slice(R"({"policy": "SCHED_BATCH", "nice": 7})"), "3 7 0 0");
  expect_equal("other", without_slice(R"({"policy": "SCHED_OTHER", "nice": -3})"), "0 -3 0 0");
  expect_equal("idle", without_slice(R"({"policy": "SCHED_IDLE"})").substr(0, 1), "5");
}
const Case kFair("scheduler/other-batch-and-idle", "config.md#linux-process", fair_policies);

void realtime_policies(Sandbox& sandbox) {
  expect_equal("fifo", scheduled(sandbox, R"({"policy": "SCHED_FIFO", "priority": 10})"),
               "1 0 10 0 0 0 0");
  expect_equal("rr", scheduled(sandbox, R"({"policy": "SCHED_RR", "priority": 99,
                                            "flags": ["SCHED_FLAG_RESET_ON_FORK"]})"),
               "2 0 99 0 0 0 1");
}
const Case kRealtime("scheduler/fifo-and-rr", "config.md#linux-process", realtime_policies);

void deadline_policy(Sandbox& sandbox) {
  expect_equal("deadline", scheduled(sandbox, R"({"policy": "SCHED_DEADLINE", "runtime": 500000,
                                        "deadline": 1000000, "period": 2000000})"),
               "6 0 0 500000 1000000 2000000 0");
}
const Case kDeadline("scheduler/deadline", "config.md#linux-process", deadline_policy);

void unprivileged(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.user_namespace().set_json("/process/scheduler",
                                   R"({"policy": "SCHED_RR", "priority": 5})");
  expect_equal("scheduler", sandbox.facts(bundle).text("/scheduler"), "2 0 5 0 0 0 0");
}
const Case kUnprivileged("scheduler/realtime-in-a-user-namespace", "config.md#linux-process",
                         unprivileged);

void unset_scheduler(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.write();
  Spawn spawn = sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()});
  spawn.argv.insert(spawn.argv.begin(), {require_program("nice"), "-n", "4"});
  const int raised = std::min(getpriority(PRIO_PROCESS, 0) + 4, 19);
  expect_equal("nice", Facts(sandbox.call(spawn).out).number("/nice"), raised);
}
const Case kUnset("scheduler/unset-is-the-callers", "config.md#linux-process", unset_scheduler);

void io_priority(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  const auto seen = [&](const char* json) {
    bundle.set_json("/process/ioPriority", json);
    return sandbox.facts(bundle).text("/io_priority");
  };
  expect_equal("best effort", seen(R"({"class": "IOPRIO_CLASS_BE", "priority": 2})"), "2 2");
  expect_equal("realtime", seen(R"({"class": "IOPRIO_CLASS_RT", "priority": 7})"), "1 7");
  expect_equal("idle", seen(R"({"class": "IOPRIO_CLASS_IDLE", "priority": 0})"), "3 0");
}
const Case kIo("io-priority/every-class", "config.md#linux-process", io_priority);

void personality(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.set_json("/linux/personality", R"({"domain": "LINUX32"})");
  const Facts facts = sandbox.facts(bundle);
  expect_equal("personality", facts.number("/personality"), 8);
  expect_equal("machine", facts.text("/machine"), "i686");
}
const Case kPersonality("personality/linux32", "config-linux.md#personality", personality);

void plain_personality(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  const auto from_setarch = [&] {
    bundle.write();
    Spawn spawn = sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()});
    spawn.argv.insert(spawn.argv.begin(), {require_program("setarch"), "--addr-no-randomize"});
    return Facts(sandbox.call(spawn).out).number("/personality");
  };
  expect_equal("personality when unset", from_setarch(), 0x0040000);
  bundle.set_json("/linux/personality", R"({"domain": "LINUX"})");
  expect_equal("personality", from_setarch(), 0);
}
const Case kPlain("personality/linux-is-without-the-callers-flags", "config-linux.md#personality",
                  plain_personality);

void memory_policy(Sandbox& sandbox) {
  require_file("/sys/devices/system/node/node0");
  Bundle bundle = sandbox.bundle();
  const auto seen = [&](const char* json) {
    bundle.set_json("/linux/memoryPolicy", json);
    return sandbox.facts(bundle).text("/memory_policy");
  };
  expect_equal("bind", seen(R"({"mode": "MPOL_BIND", "nodes": "0"})"), "2 1");
  expect_equal("interleave with a flag", seen(R"({"mode": "MPOL_INTERLEAVE", "nodes": "0",
                                                  "flags": ["MPOL_F_STATIC_NODES"]})"),
               std::to_string(3 | 1 << 15) + " 1");
  expect_equal("preferred", seen(R"({"mode": "MPOL_PREFERRED", "nodes": "0"})"), "1 1");
  expect_equal("local", seen(R"({"mode": "MPOL_LOCAL", "nodes": ""})"), "4 0");
  expect_equal("default", seen(R"({"mode": "MPOL_DEFAULT", "nodes": ""})"), "0 0");
}
const Case kMemoryPolicy("memory-policy/modes-flags-and-nodes", "config-linux.md#memory-policy",
                         memory_policy);

void affinity(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  const std::string all = sandbox.facts(bundle).text("/cpus");
  bundle.set_json("/process/execCPUAffinity", R"({"initial": "0", "final": "0"})");
  expect_equal("CPUs of the container's own process", sandbox.facts(bundle).text("/cpus"), all);
}
const Case kAffinity("exec-cpu-affinity/is-for-exec-alone", "config.md#linux-process", affinity);

void no_apparmor(Sandbox& sandbox) {
  if (has_apparmor()) throw Skipped("AppArmor is on");
  Bundle bundle = sandbox.bundle();
  expect_refusal(sandbox, bundle, {"process.apparmorProfile", {"apparmor"}},
                 [](Bundle& spoilt) { spoilt.set("/process/apparmorProfile", "docker-default"); });
}
const Case kNoApparmor("apparmor/a-profile-where-it-is-off-is-refused", "config.md#linux-process",
                       no_apparmor);

void unconfined(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.set("/process/apparmorProfile", "unconfined").args({"/bin/true"});
  const Outcome ran = sandbox.run(bundle);
  expect_equal("exit code (" + trimmed(ran.err) + ")", ran.exit_code, 0);
}
const Case kUnconfined("apparmor/unconfined-asks-for-nothing", "apparmor(7)", unconfined);

void unknown_profile(Sandbox& sandbox) {
  if (!has_apparmor()) throw Skipped("AppArmor is off");
  Bundle bundle = sandbox.bundle();
  expect_refusal(sandbox, bundle, {"process.apparmorProfile", {"apparmor"}}, [](Bundle& spoilt) {
    spoilt.set("/process/apparmorProfile", "oci-no-such-profile");
  });
}
const Case kUnknownProfile("apparmor/a-profile-that-is-not-loaded-is-refused",
                           "config.md#linux-process", unknown_profile);

void profile(Sandbox& sandbox) {
  const Profile loaded(sandbox);
  Bundle bundle = sandbox.bundle();
  bundle.set("/process/apparmorProfile", loaded.name());
  const std::string label = trimmed(sandbox.facts(bundle).text("/apparmor"));
  bundle.set_json("/mounts", "[]").args({"/bin/busybox", "true"});
  const int without_proc = sandbox.run(bundle).exit_code;
  expect_equal("label", label, loaded.name() + " (enforce)");
  expect_equal("exit code without /proc", without_proc, 0);
}
const Case kProfile("apparmor/the-program-runs-under-its-profile", "config.md#linux-process",
                    profile);

void no_selinux(Sandbox& sandbox) {
  if (exists("/sys/fs/selinux/enforce")) throw Skipped("SELinux is on");
  Bundle bundle = sandbox.bundle();
  expect_refusal(sandbox, bundle, {"process.selinuxLabel", {"selinux"}}, [](Bundle& spoilt) {
    spoilt.set("/process/selinuxLabel", "system_u:system_r:container_t:s0");
  });
}
const Case kNoSelinux("selinux/a-label-where-it-is-off-is-refused", "config.md#linux-process",
                      no_selinux);

}  // namespace
}  // namespace oci::conformance
