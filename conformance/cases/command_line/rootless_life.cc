// The lifecycle of a rootless container: verbs, cgroups(7) "delegation", and operations that need
// privileges.
#include <csignal>
#include <ctime>

#include "conformance/cases/command_line/rootless_cgroup.h"
#include "conformance/cases/command_line/rootless_user.h"
#include "conformance/harness/terminal.h"

namespace oci::conformance {
namespace {

constexpr char kCgroups[] = "cli-contract 8.3";

void life(Sandbox& sandbox) {
  const User user(sandbox);
  Bundle bundle = user.bundle();
  bundle.args({"/bin/probe", "sleep"});
  const pid_t init = user.create(bundle);
  expect_contains("state", user.good({"state", sandbox.id()}), "created");
  user.good({"start", sandbox.id()});
  expect_contains("state", user.good({"state", sandbox.id()}), "running");
  expect_contains("list", user.good({"list"}), sandbox.id());
  expect_equal("exec", user.good({"exec", sandbox.id(), "/bin/id", "-u"}), "0\n");
  user.good({"kill", sandbox.id(), "KILL"});
  expect(wait_child(init, 5000).has_value(), "init does not end");
  expect_contains("state", user.good({"state", sandbox.id()}), "stopped");
  user.good({"delete", sandbox.id()});
  user.create(bundle);
  user.good({"delete", "--force", sandbox.id()});
}
const Case kLife("rootless/a-whole-life-without-a-cgroup", "runtime.md#lifecycle", life);

void members(Sandbox& sandbox) {
  const User user(sandbox);
  Bundle bundle = user.bundle();
  bundle.args({"/bin/probe", "sleep"});
  const pid_t init = user.create(bundle);
  expect_contains("ps", user.good({"ps", "-f", "json", sandbox.id()}), std::to_string(init));
  user.good({"start", sandbox.id()});
  Command other(user.invocation({"exec", "--pid-file", sandbox.path("exec.pid"), sandbox.id(),
                                 "/bin/sleep", "1000"}),
                sandbox.directory());
  expect(eventually([&] { return exists(sandbox.path("exec.pid")); }), "exec wrote no pid file");
  const std::string listed = user.good({"ps", "-f", "json", sandbox.id()});
  expect_contains("ps", listed, std::to_string(init));
  expect_contains("ps", listed, trimmed(read_file(sandbox.path("exec.pid"))));
  user.good({"kill", "--all", sandbox.id(), "KILL"});
  expect_equal("exit code of exec", other.wait().exit_code, 128 + SIGKILL);
  wait_child(init, 5000);
  user.good({"delete", sandbox.id()});
}
const Case kMembers("rootless/ps-and-kill-all-know-the-processes-without-a-cgroup",
                    "cli-contract 4", members);

void exec_early(Sandbox& sandbox) {
  const User user(sandbox);
  Bundle bundle = user.bundle();
  bundle.args({"/bin/probe", "sleep"});
  user.create(bundle);
  const Outcome ran = user.call({"exec", sandbox.id(), "/bin/id", "-u"});
  if (ran.exit_code != 0) user.says(ran, {"container not running", {}});
  user.good({"delete", "--force", sandbox.id()});
}
const Case kExecEarly("rootless/exec-before-start-works-or-says-why", "cli-contract 4", exec_early);

void foreign_rootfs(Sandbox& sandbox) {
  const User user(sandbox);
  Bundle bundle = user.bundle();
  bundle.mount("/there-is-none", "tmpfs", "tmpfs").write();
  if (::chown(bundle.rootfs().c_str(), 0, 0) != 0) throw Skipped("chown does not work");
  user.says(user.call({"run", "--bundle", bundle.directory(), sandbox.id()}),
            {"mounts[1].destination", {"there-is-none"}});
  give(bundle.rootfs());
  user.good({"run", "--bundle", bundle.directory(), sandbox.id()});
}
const Case kForeign("rootless/a-rootfs-of-another-user-is-named", "config.md#root", foreign_rootfs);

void uncovered(Sandbox& sandbox) {
  const User user(sandbox);
  Bundle bundle = user.bundle();
  user.refuses(bundle, {"mounts[1].source", {"/sys", "mount"}},
               [](Bundle& spoilt) { spoilt.mount("/tmp", "bind", "/sys", {"bind"}); });
}
const Case kUncovered("rootless/a-bind-that-uncovers-is-refused", "config.md#mounts", uncovered);

void what_takes_a_cgroup(Sandbox& sandbox) {
  const User user(sandbox);
  Bundle bundle = user.bundle();
  bundle.args({"/bin/probe", "sleep"});
  user.create(bundle);
  user.good({"start", sandbox.id()});
  user.says(user.call({"pause", sandbox.id()}), {"without a cgroup", {"cgroup", "freez"}});
  user.says(user.call({"update", "--pids-limit", "7", sandbox.id()}),
            {"no cgroup", {"cgroup", "permission"}});
  user.good({"delete", "--force", sandbox.id()});
}
const Case kNeedsCgroup("rootless/what-takes-a-cgroup-says-so", kCgroups, what_takes_a_cgroup);

void limits(Sandbox& sandbox) {
  require_cgroup2();
  const User user(sandbox);
  Bundle bundle = user.bundle();
  user.refuses(bundle,
               {"linux.resources.pids.limit", {"rootless needs no limits", "ermission", "cgroup"}},
               [](Bundle& spoilt) { spoilt.set("/linux/resources/pids/limit", 10); });
}
const Case kLimits("rootless/limits-without-permission-are-refused", kCgroups, limits);

void named_place(Sandbox& sandbox) {
  require_cgroup2();
  const User user(sandbox);
  Bundle bundle = user.bundle();
  user.refuses(bundle, {"linux.cgroupsPath", {"permission denied", "Permission denied"}},
               [&](Bundle& spoilt) { spoilt.set("/linux/cgroupsPath", "/" + sandbox.id()); });
}
const Case kPlace("rootless/a-place-without-permission-is-refused", kCgroups, named_place);

void devices(Sandbox& sandbox) {
  const User user(sandbox);
  Bundle bundle = user.bundle();
  bundle.set_json("/linux/resources/devices",
                  R"([{"allow": false, "access": "rwm"},
                      {"allow": true, "type": "c", "major": 1, "minor": 3, "access": "rwm"}])");
  bundle.shell("echo x > /dev/null && echo written");
  const Outcome ran = user.run(bundle);
  expect_equal("its output (" + ran.err + ")", ran.out, "written\n");
  expect_equal("the runtime's message", ran.err, "");
}
const Case kDevices("rootless/the-usual-device-rules-are-no-hindrance", kCgroups, devices);

void denied_device(Sandbox& sandbox) {
  const User user(sandbox);
  Bundle bundle = user.bundle();
  user.refuses(bundle, {"linux.resources.devices[0]", {"device"}}, [](Bundle& spoilt) {
    spoilt.set_json("/linux/resources/devices",
                    R"([{"allow": false, "type": "c", "major": 1, "minor": 8, "access": "rw"}])");
  });
}
const Case kDenied("rootless/a-device-that-cannot-be-taken-away-is-named",
                   "config-linux.md#allowed-device-list", denied_device);

void delegated(Sandbox& sandbox) {
  const User user(sandbox);
  const Delegated tree(sandbox);
  Bundle bundle = user.bundle();
  tree.limit(bundle.args({"/bin/probe", "sleep"})).write();
  const Outcome created = sandbox.call(
      tree.from_inside(user.invocation({"create", "--bundle", bundle.directory(), "--pid-file",
                                        sandbox.path("pid"), sandbox.id()})));
  expect_equal("create (" + trimmed(created.err) + ") exits with", created.exit_code, 0);
  const std::string cgroup = cgroup_of_init(sandbox.path("pid"));
  expect(cgroup.starts_with(tree.top() + "/"), "the container's cgroup is " + cgroup);
  tree.expect_limited(cgroup);
  user.good({"start", sandbox.id()});
  user.good({"delete", "--force", sandbox.id()});
  expect(!exists(cgroup2_mount() + cgroup), "the cgroup is left");
  expect(!exists(tree.start() + "/oci-rt.caller"), "where the runtime stepped aside is left");
}
const Case kDelegated("rootless/limits-hold-below-a-delegated-cgroup", kCgroups, delegated);

void not_alone(Sandbox& sandbox) {
  const User user(sandbox);
  const Delegated tree(sandbox);
  Bundle bundle = user.bundle();
  tree.limit(bundle).write();
  Spawn spawn =
      tree.from_inside(user.invocation({"run", "--bundle", bundle.directory(), sandbox.id()}));
  // The shell stays in the cgroup, too.
  spawn.argv[2].replace(spawn.argv[2].find("exec \"$@\""), 9, "\"$@\"");
  user.says(sandbox.call(spawn), {"holds other processes", {"cgroup"}});
}
const Case kNotAlone("rootless/limits-take-a-cgroup-without-other-processes", kCgroups, not_alone);

void exec_from_elsewhere(Sandbox& sandbox) {
  const User user(sandbox);
  const Delegated tree(sandbox);
  Bundle bundle = user.bundle();
  bundle.args({"/bin/probe", "sleep"}).write();
  const Outcome ran = sandbox.call(tree.from_inside(
      user.invocation({"run", "-d", "--bundle", bundle.directory(), sandbox.id()})));
  expect_equal("run (" + trimmed(ran.err) + ") exits with", ran.exit_code, 0);
  expect_equal("exec", user.good({"exec", sandbox.id(), "/bin/id", "-u"}), "0\n");
  user.good({"delete", "--force", sandbox.id()});
}
const Case kElsewhere("rootless/exec-from-outside-of-what-is-delegated", kCgroups,
                      exec_from_elsewhere);

void spec(Sandbox& sandbox) {
  const User user(sandbox);
  user.bundle();
  const std::string config = sandbox.path("bundle/config.json");
  expect_equal("spec exits with", user.bare({"spec", "-b", sandbox.path("bundle")}).exit_code, 0);
  json::Document made = parse_json("output of spec", read_file(config));
  place(made, "/process/terminal").SetBool(false);
  place(made, "/process/args") = make_value(made, Words{"id", "-u"});
  write_file(config, to_text(made));
  const Outcome ran = user.call({"run", "-b", sandbox.path("bundle"), sandbox.id()});
  expect_equal("its output (" + trimmed(ran.err) + ")", ran.out, "0\n");
  expect_equal("the runtime's message", ran.err, "");
}
const Case kSpec("rootless/what-spec-writes-for-a-user-runs", "cli-contract 5.8", spec);

void terminal_group(Sandbox& sandbox) {
  const User user(sandbox);
  Bundle bundle = user.bundle();
  user.refuses(bundle, {"mounts[1].options", {"gid", "devpts", "dev/pts"}}, [](Bundle& spoilt) {
    spoilt.mount("/dev/pts", "devpts", "devpts", {"newinstance", "ptmxmode=0666", "gid=5"});
  });
}
const Case kTty("rootless/an-owner-that-is-not-mapped-is-named", "config.md#mounts",
                terminal_group);

void oom_score(Sandbox& sandbox) {
  const User user(sandbox);
  Bundle bundle = user.bundle();
  user.refuses(bundle, {"process.oomScoreAdj", {"oom_score_adj", "oomScoreAdj"}},
               [](Bundle& spoilt) { spoilt.set("/process/oomScoreAdj", -500); });
}
const Case kOom("rootless/a-lower-oom-score-is-refused", "config.md#linux-process", oom_score);

// Once the process is not dumpable, its score belongs to root.
void oom_score_of_exec(Sandbox& sandbox) {
  const User user(sandbox);
  Bundle bundle = user.bundle();
  bundle.args({"/bin/probe", "sleep"}).set("/process/oomScoreAdj", 500);
  user.create(bundle);
  user.good({"start", sandbox.id()});
  const Outcome ran = user.call({"exec", sandbox.id(), "/bin/probe", "facts"});
  user.good({"delete", "--force", sandbox.id()});
  expect_equal("exec (" + trimmed(ran.err) + ") exits with", ran.exit_code, 0);
  expect_equal("oom_score_adj", Facts(ran.out).number("/oom_score_adj"), 500);
}
const Case kOomOfExec("rootless/exec-has-the-oom-score", "config.md#linux-process",
                      oom_score_of_exec);

void rlimit(Sandbox& sandbox) {
  const User user(sandbox);
  Bundle bundle = user.bundle();
  user.refuses(bundle, {"process.rlimits[0]", {"rlimit"}}, [](Bundle& spoilt) {
    spoilt.set_json("/process/rlimits",
                    R"([{"type": "RLIMIT_NOFILE", "soft": 1024, "hard": 2000000000}])");
  });
}
const Case kRlimit("rootless/a-higher-limit-is-refused", "config.md#posix-process", rlimit);

void mapped_mount(Sandbox& sandbox) {
  const User user(sandbox);
  Bundle bundle = user.bundle();
  user.refuses(bundle, {"mounts[1].options", {"idmap", "map"}}, [&](Bundle& spoilt) {
    spoilt.mount("/tmp", "bind", sandbox.directory(), {"bind", "idmap"});
  });
}
const Case kMapped("rootless/ids-of-the-hosts-files-are-not-mapped",
                   "config.md#linux-mount-options", mapped_mount);

void host_network(Sandbox& sandbox) {
  const User user(sandbox);
  Bundle bundle = user.bundle();
  bundle.without_namespace("network").mount("/sys", "sysfs", "sysfs", {"nosuid", "ro"});
  bundle.mount("/dev/mqueue", "mqueue", "mqueue", {"nosuid"});
  bundle.set_json("/linux/maskedPaths", R"(["/proc/kcore", "/sys/firmware"])")
      .set_json("/linux/readonlyPaths", R"(["/proc/sys"])");
  bundle.shell("ls -d /sys/kernel /dev/mqueue; echo x > /proc/sys/kernel/hostname || echo refused");
  expect_contains("its output", user.run(bundle).out, "/sys/kernel\nrefused\n");
}
const Case kHostNetwork("rootless/sysfs-with-the-hosts-network",
                        "config-linux.md#default-filesystems", host_network);

Bundle with_terminal(const User& user) {
  Bundle bundle = user.bundle();
  bundle.set("/process/terminal", true)
      .mount("/dev/pts", "devpts", "devpts", {"newinstance", "ptmxmode=0666", "mode=0620"});
  return bundle;
}

void terminal(Sandbox& sandbox) {
  const User user(sandbox);
  Bundle bundle = with_terminal(user);
  bundle.shell("tty; stat -c %u /dev/console; read word; echo \"<$word>\"").write();
  Terminal pty = Terminal::open_new();
  Spawn spawn = user.invocation({"run", "--bundle", bundle.directory(), sandbox.id()});
  spawn.terminal = pty.slave();
  Command run(spawn, sandbox.directory());
  pty.close_slave();
  pty.type("typed\n");
  const std::string seen = pty.read_until("<typed>");
  expect_contains("the terminal", seen, "/dev/");
  expect_equal("exit code", run.wait().exit_code, 0);
}
const Case kTerminal("rootless/run-with-a-terminal", "cli-contract 6", terminal);

void console_socket(Sandbox& sandbox) {
  const User user(sandbox);
  Bundle bundle = with_terminal(user);
  bundle.shell("read word; echo \"<$word>\"; sleep 1000").write();
  ConsoleSocket socket(sandbox.path("console.sock"));
  ::chmod(socket.path().c_str(), 0777);
  user.good({"run", "-d", "--console-socket", socket.path(), "--pid-file", sandbox.path("pid"),
             "--bundle", bundle.directory(), sandbox.id()});
  Terminal pty = socket.receive();
  pty.type("typed\n");
  pty.read_until("<typed>");
  Terminal own = Terminal::open_new();
  Spawn spawn = user.invocation({"exec", "-t", sandbox.id(), "/bin/sh", "-c", "tty && echo done"});
  spawn.terminal = own.slave();
  Command exec(spawn, sandbox.directory());
  own.close_slave();
  own.read_until("done");
  expect_equal("exit code of exec", exec.wait().exit_code, 0);
  user.good({"delete", "--force", sandbox.id()});
}
const Case kSocket("rootless/a-detached-terminal-and-exec-with-one", "cli-contract 6",
                   console_socket);

void killed(Sandbox& sandbox) {
  Etc etc(sandbox);
  etc.grant_ids();
  const User user(sandbox);
  Bundle bundle = user.bundle();
  map_ranges(bundle.args({"/bin/probe", "sleep"})).write();
  for (int milliseconds = 1; milliseconds <= 64; milliseconds *= 2) {
    Command create(user.invocation({"create", "--bundle", bundle.directory(), sandbox.id()}),
                   sandbox.directory());
    const timespec pause = {.tv_sec = 0, .tv_nsec = milliseconds * 1'000'000L};
    ::nanosleep(&pause, nullptr);
    create.signal(SIGKILL);
    create.wait();
    user.good({"delete", "--force", sandbox.id()});
  }
}
const Case kKilled("rootless/a-killed-create-is-deleted-by-force", "reliability 4", killed);

}  // namespace
}  // namespace oci::conformance
