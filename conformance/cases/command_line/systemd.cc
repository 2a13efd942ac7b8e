// Cgroups made by systemd: cli-contract 6, "systemd"; the rows about systemd in reliability 4.
#include <csignal>

#include "conformance/cases/command_line/systemd_case.h"
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

constexpr int kSeconds = 60;

// A runtime may put the process into a cgroup below the scope.
void expect_in(const std::string& path, const std::string& scope) {
  expect(path == scope || path.starts_with(scope + "/"),
         "its cgroup is '" + path + "', not '" + scope + "'");
}

void in_a_scope(Sandbox& sandbox) {
  Systemd systemd(sandbox);
  Bundle bundle = systemd.bundle();
  sandbox.create(bundle);
  expect_in(cgroup_of(sandbox.init_pid()), "/machine.slice/" + systemd.unit());
  expect_equal("ActiveState", systemd.property("ActiveState"), "active");
  expect_equal("Slice", systemd.property("Slice"), "machine.slice");
  expect_equal("Delegate", systemd.property("Delegate"), "yes");
  const auto inside = lines(read_file(systemd.directory(sandbox.init_pid()) + "/cgroup.procs"));
  expect(inside.size() <= 1, "others than init are in the scope");
  sandbox.start();
  sandbox.stop_and_remove();
  systemd.expect_gone();
}
const Case kScope("systemd/a-container-is-a-scope-in-its-slice", "cli-contract 6", in_a_scope,
                  kSeconds);

void nested(Sandbox& sandbox) {
  Systemd systemd(sandbox);
  Bundle bundle = systemd.bundle();
  bundle.set("/linux/cgroupsPath", "machine-oci-cases.slice:oci:" + sandbox.id());
  sandbox.create(bundle);
  expect_in(cgroup_of(sandbox.init_pid()),
            "/machine.slice/machine-oci.slice/machine-oci-cases.slice/" + systemd.unit());
  sandbox.remove_forced();
  systemd.expect_gone();
}
const Case kNested("systemd/a-slice-is-inside-of-those-that-its-name-begins-with", "cli-contract 6",
                   nested, kSeconds);

void without_a_path(Sandbox& sandbox) {
  Systemd systemd(sandbox);
  Bundle bundle = systemd.bundle();
  bundle.remove("/linux/cgroupsPath");
  sandbox.create(bundle);
  const std::string path = cgroup_of(sandbox.init_pid());
  expect_contains("its cgroup", path, "/system.slice/");
  expect_contains("its cgroup", path, sandbox.id() + ".scope");
  sandbox.remove_forced();
}
const Case kWithout("systemd/without-a-path-it-is-in-the-slice-of-the-system", "cli-contract 6",
                    without_a_path, kSeconds);

void refused_paths(Sandbox& sandbox) {
  Systemd systemd(sandbox);
  const std::string& id = sandbox.id();
  for (const std::string& path :
       {"/" + id, "machine.slice:" + id, "machine:oci:" + id, "a--b.slice:oci:" + id,
        "machine.slice:o ci:" + id, "machine.slice:oci:" + id + ".slice"}) {
    Bundle bundle = systemd.bundle();
    bundle.set("/linux/cgroupsPath", path);
    const Outcome outcome = sandbox.try_create(bundle);
    if (outcome.exit_code == 0) {
      sandbox.remove_forced();
      throw Failed("'" + path + "' is accepted");
    }
    if (sandbox.runtime().json_paths) {
      expect_contains("the message", outcome.err, "linux.cgroupsPath: '" + path + "'");
    }
  }
}
const Case kPaths("systemd/a-path-that-names-no-scope-is-refused", "cli-contract 6", refused_paths,
                  kSeconds);

void annotations(Sandbox& sandbox) {
  Systemd systemd(sandbox);
  Bundle bundle = systemd.bundle();
  bundle.set_json("/annotations", R"({"org.systemd.property.KillSignal": "15",
    "org.systemd.property.TimeoutStopUSec": "uint64 7000000",
    "org.systemd.property.After": "['oci-x.service', 'oci-y.service']",
    "org.systemd.property.SendSIGHUP": "true"})");
  sandbox.create(bundle);
  expect_equal("KillSignal", systemd.property("KillSignal"), "15");
  expect_equal("TimeoutStopUSec", systemd.property("TimeoutStopUSec"), "7s");
  expect_contains("After", systemd.property("After"), "oci-x.service");
  expect_contains("After", systemd.property("After"), "oci-y.service");
  expect_equal("SendSIGHUP", systemd.property("SendSIGHUP"), "yes");
  sandbox.remove_forced();
}
const Case kAnnotations("systemd/annotations-are-properties-of-the-unit", "cli-contract 6",
                        annotations, kSeconds);

void seconds(Sandbox& sandbox) {
  Systemd systemd(sandbox);
  Bundle bundle = systemd.bundle();
  bundle.set("/annotations/org.systemd.property.TimeoutStopSec", "uint64 7");
  sandbox.create(bundle);
  expect_equal("TimeoutStopUSec", systemd.property("TimeoutStopUSec"), "7s");
  sandbox.remove_forced();
}
const Case kSecondsCase("systemd/a-property-in-seconds-is-told-in-microseconds", "cli-contract 6",
                        seconds, kSeconds);

void bad_annotations(Sandbox& sandbox) {
  Systemd systemd(sandbox);
  constexpr const char* kBad[][2] = {{"KillSignal", "SIGTERM"},
                                     {"KillSignal", "uint64 many"},
                                     {"After", "['open"},
                                     {"NoSuchProperty", "true"}};
  for (const auto& [name, value] : kBad) {
    Bundle bundle = systemd.bundle();
    bundle.set(std::string("/annotations/org.systemd.property.") + name, value);
    const Outcome outcome = sandbox.try_create(bundle);
    if (outcome.exit_code == 0) {
      sandbox.remove_forced();
      throw Failed(std::string(name) + " may be " + value);
    }
    expect_contains("the message", outcome.err, name);
  }
  systemd.expect_gone();
}
const Case kBadAnnotations("systemd/an-annotation-that-is-no-property-is-refused", "cli-contract 6",
                           bad_annotations, kSeconds);

void taken(Sandbox& sandbox) {
  Systemd systemd(sandbox);
  Bundle bundle = systemd.bundle();
  sandbox.create_and_start(bundle);
  const std::string other = sandbox.id() + "-next";
  const Outcome outcome = sandbox.call({"create", "--bundle", bundle.directory(), other});
  const std::string after = sandbox.status();
  sandbox.call({"delete", "--force", other});
  expect(outcome.exit_code != 0, "two containers are in one unit");
  expect_equal("the first one, after the second was refused", after, "running");
  expect_equal("the first one, after the second was deleted", sandbox.status(), "running");
  sandbox.stop_and_remove();
  systemd.expect_gone();
}
const Case kTaken("systemd/a-unit-of-another-container-is-left-alone", "reliability 4", taken,
                  kSeconds);

void failed_unit(Sandbox& sandbox) {
  Systemd systemd(sandbox);
  for (int round = 0; round < 2; ++round) {
    Bundle bundle = systemd.bundle("bundle" + std::to_string(round));
    bundle.set("/annotations/org.systemd.property.RuntimeMaxUSec", "uint64 1000000")
        .set("/annotations/org.systemd.property.TimeoutStopUSec", "uint64 1000000");
    sandbox.create_and_start(bundle);
    sandbox.wait_stopped();
    sandbox.remove();
    systemd.expect_gone();
  }
}
const Case kFailedUnit("systemd/a-scope-that-failed-does-not-stay", "crun issue 1092", failed_unit,
                       kSeconds);

void without_a_bus(Sandbox& sandbox) {
  Systemd systemd(sandbox);
  Bundle bundle = systemd.bundle();
  sandbox.create_and_start(bundle);
  ::unlink("/run/dbus");
  const auto works = [&](const Words& words) {
    const Outcome outcome = sandbox.call(words);
    expect_equal(words[0] + " (" + outcome.err + ")", outcome.exit_code, 0);
    return outcome.out;
  };
  const std::string& id = sandbox.id();
  expect_contains("state", works({"state", id}), "running");
  works({"list"});
  works({"pause", id});
  expect_contains("state", works({"state", id}), "paused");
  works({"resume", id});
  expect_contains("exec", works({"exec", id, "/bin/busybox", "echo", "it runs"}), "it runs");
  works({"kill", id, "KILL"});
  sandbox.wait_stopped();
  works({"delete", id});
  systemd.expect_gone();
}
const Case kWithoutBus("systemd/only-create-and-update-need-the-bus", "reliability 4",
                       without_a_bus, kSeconds);

void delete_forced(Sandbox& sandbox) {
  Systemd systemd(sandbox);
  Bundle bundle = systemd.bundle();
  bundle.shell("trap '' TERM; while :; do sleep 1; done");
  sandbox.create_and_start(bundle);
  ::unlink("/run/dbus");
  sandbox.remove_forced();
  systemd.expect_gone();
}
const Case kForced("systemd/delete-force-needs-no-bus", "reliability 4", delete_forced, kSeconds);

void exec_joins(Sandbox& sandbox) {
  Systemd systemd(sandbox);
  Bundle bundle = systemd.bundle();
  sandbox.create_and_start(bundle);
  const Outcome outcome = sandbox.call(
      {"exec", "--detach", "--pid-file", sandbox.path("pid"), sandbox.id(), "/bin/probe", "sleep"});
  expect_equal("exit code (" + outcome.err + ")", outcome.exit_code, 0);
  const pid_t pid = std::stoi(read_file(sandbox.path("pid")));
  expect_equal("its cgroup", cgroup_of(pid), cgroup_of(sandbox.init_pid()));
  expect_contains("ps", sandbox.call({"ps", sandbox.id()}).out, std::to_string(pid));
  // A child of the harness: init would wait for it otherwise.
  ::kill(pid, SIGKILL);
  expect(wait_child(pid, 5000).has_value(), "the second process does not end");
  sandbox.stop_and_remove();
  systemd.expect_gone();
}
const Case kExec("systemd/exec-joins-the-scope", "cli-contract 4", exec_joins, kSeconds);

void delegated(Sandbox& sandbox) {
  Systemd systemd(sandbox);
  Bundle bundle = systemd.bundle();
  bundle.new_namespace("cgroup")
      .user_namespace()
      .mount("/sys/fs/cgroup", "cgroup", "cgroup", {"nosuid", "noexec", "nodev", "rw"})
      .shell(
          "mkdir /sys/fs/cgroup/inner && echo $$ >/sys/fs/cgroup/inner/cgroup.procs && "
          "echo made; sleep 1000");
  sandbox.create_and_start(bundle);
  expect_equal("its message", sandbox.said(1), "made\n");
  systemd.reload();
  const Outcome outcome = sandbox.call({"exec", sandbox.id(), "/bin/busybox", "echo", "joined"});
  expect_equal("exec (" + outcome.err + ")", outcome.out, "joined\n");
  sandbox.stop_and_remove();
  systemd.expect_gone();
}
const Case kDelegated("systemd/a-writable-mount-gives-the-scope-to-the-user",
                      "config-linux.md#cgroup-ownership", delegated, kSeconds);

}  // namespace
}  // namespace oci::conformance
