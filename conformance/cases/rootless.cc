// A runtime that an ordinary user calls: user_namespaces(7), subuid(5), cgroups(7) "delegation".
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <ctime>
#include <filesystem>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"
#include "conformance/harness/terminal.h"

namespace oci::conformance {
namespace {

constexpr unsigned kUid = 12345;
constexpr char kMaps[] = "config-linux.md#user-namespace-mappings";
constexpr char kCgroups[] = "cli-contract 8.3";

void give(const std::string& path) {
  if (::lchown(path.c_str(), kUid, kUid) != 0) throw Skipped("chown does not work");
}

// The sandbox in the hands of a user without privileges, who has a home and a runtime directory.
class User {
 public:
  explicit User(Sandbox& sandbox) : sandbox_(sandbox) {
    require_file("/proc/self/ns/user");
    setpriv_ = require_program("setpriv");
    make_dir(run_directory());
    for (const std::string& path : {sandbox.directory(), run_directory(), sandbox.state_root()})
      give(path);
    ::chmod(run_directory().c_str(), 0700);
  }

  std::string run_directory() const { return sandbox_.path("run"); }

  // As `spec --rootless` maps: root inside is the user.
  Bundle bundle(const std::string& name = "bundle") const {
    Bundle bundle = sandbox_.bundle(name);
    give(bundle.directory());
    bundle.user_namespace(kUid, 1);
    return bundle;
  }

  // Any program, in their name.
  Spawn spawn(const Words& argv, const std::string& groups = "--clear-groups") const {
    const std::string uid = std::to_string(kUid);
    Spawn spawn;
    spawn.argv = {setpriv_, "--reuid", uid, "--regid", uid, groups};
    spawn.argv.insert(spawn.argv.end(), argv.begin(), argv.end());
    spawn.env = {"HOME=" + sandbox_.directory(), "XDG_RUNTIME_DIR=" + run_directory(),
                 "USER=ocirt"};
    spawn.cwd = sandbox_.directory();
    return spawn;
  }
  Spawn invocation(const Words& arguments) const {
    return spawn(sandbox_.invocation(arguments).argv);
  }
  Outcome call(const Words& arguments) const { return sandbox_.call(invocation(arguments)); }
  std::string good(const Words& arguments) const {
    const Outcome outcome = call(arguments);
    expect_equal(arguments[0] + " (" + trimmed(outcome.err) + ") exits with", outcome.exit_code, 0);
    return outcome.out;
  }
  // Without --root.
  Outcome bare(const Words& arguments, const std::string& runtime_directory = "-") const {
    Words argv = {sandbox_.runtime().path};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    Spawn one = spawn(argv);
    if (runtime_directory.empty()) one.unset = {"XDG_RUNTIME_DIR"};
    if (runtime_directory.size() > 1) one.env.push_back("XDG_RUNTIME_DIR=" + runtime_directory);
    return sandbox_.call(one);
  }

  Outcome run(Bundle& bundle) const {
    bundle.write();
    return call({"run", "--bundle", bundle.directory(), sandbox_.id()});
  }
  Facts facts(Bundle& bundle) const {
    const Outcome outcome = run(bundle);
    expect_equal("run (" + trimmed(outcome.err) + ") exits with", outcome.exit_code, 0);
    return Facts(outcome.out);
  }

  // The pid of init.
  pid_t create(Bundle& bundle, const Words& options = {}) const {
    bundle.write();
    Words words = {"create", "--bundle", bundle.directory(), "--pid-file", sandbox_.path("pid")};
    words.insert(words.end(), options.begin(), options.end());
    words.push_back(sandbox_.id());
    good(words);
    return std::atoi(read_file(sandbox_.path("pid")).c_str());
  }

  // As expect_refusal(), in the name of the user.
  void refuses(Bundle& bundle, const Mistake& mistake,
               const std::function<void(Bundle&)>& spoil) const {
    const Outcome control = run(bundle);
    expect(control.exit_code == 0,
           "the control exits " + std::to_string(control.exit_code) + ": " + trimmed(control.err));
    spoil(bundle);
    says(run(bundle), mistake);
  }
  void says(const Outcome& refused, const Mistake& mistake) const {
    expect(refused.exit_code != 0, mistake.path + " is accepted");
    if (sandbox_.runtime().json_paths) {
      expect_contains("the message", refused.err, mistake.path);
      expect_equal("lines of the message", lines(refused.err).size(), 1U);
    }
    bool named = mistake.any_of.empty();
    for (const std::string& word : mistake.any_of)
      named = named || refused.err.find(word) != refused.err.npos;
    expect(named,
           "the message '" + trimmed(refused.err) + "' has none of " + shown(mistake.any_of));
  }

 private:
  Sandbox& sandbox_;
  std::string setpriv_;
};

// Files of /etc with other content, for this case alone.
class Etc {
 public:
  explicit Etc(Sandbox& sandbox) : sandbox_(sandbox) {}
  Etc(const Etc&) = delete;
  Etc& operator=(const Etc&) = delete;
  ~Etc() {
    for (const std::string& path : covered_)
      ::umount2(path.c_str(), MNT_DETACH);
  }
  void put(const std::string& name, const std::string& content) {
    write_file(sandbox_.path(name), content);
    cover("/etc/" + name, sandbox_.path(name));
  }
  void cover(const std::string& path, const std::string& with) {
    require_file(path);
    if (::mount(with.c_str(), path.c_str(), nullptr, MS_BIND, nullptr) != 0) {
      throw Skipped("no bind mount to be had over " + path);
    }
    covered_.push_back(path);
  }
  // 12345 is "ocirt", who may map 300000 to 365535.
  void grant_ids() {
    require_program("newuidmap");
    put("passwd", read_file("/etc/passwd") + "ocirt:x:12345:12345::/:/bin/sh\n");
    put("subuid", "nobody:1:1\nocirt:300000:65536\n");
    put("subgid", "ocirt:300000:65536\n");
  }

 private:
  Sandbox& sandbox_;
  std::vector<std::string> covered_;
};

Bundle& map_ranges(Bundle& bundle, const std::string& first = "300000") {
  const std::string maps = R"([{"containerID": 0, "hostID": 12345, "size": 1},
                               {"containerID": 1, "hostID": )" +
                           first + R"(, "size": 65536}])";
  return bundle.set_json("/linux/uidMappings", maps).set_json("/linux/gidMappings", maps);
}

void own_id(Sandbox& sandbox) {
  const User user(sandbox);
  Bundle bundle = user.bundle();
  const Facts facts = user.facts(bundle);
  expect_equal("uid_map", shown(split(facts.words("/uid_map")[0], ' ')), "[0 12345 1]");
  expect_equal("gid_map", shown(split(facts.words("/gid_map")[0], ' ')), "[0 12345 1]");
  expect_equal("uid", facts.text("/uid"), "0\t0\t0\t0");
  bundle.shell("cat /proc/self/setgroups; touch /made; stat -c %u /made; ls /dev/null");
  expect_equal("what it may do", user.run(bundle).out, "deny\n0\n/dev/null\n");
}
const Case kOwnId("rootless/their-own-id-is-root", kMaps, own_id);

void ranges(Sandbox& sandbox) {
  Etc etc(sandbox);
  etc.grant_ids();
  const User user(sandbox);
  Bundle bundle = user.bundle();
  map_ranges(bundle).set_json("/process/user", R"({"uid": 7, "gid": 8, "additionalGids": [9]})");
  const Facts facts = user.facts(bundle);
  expect_equal("uid_map", shown(split(facts.words("/uid_map")[1], ' ')), "[1 300000 65536]");
  expect_equal("gid_map", shown(split(facts.words("/gid_map")[1], ' ')), "[1 300000 65536]");
  expect_equal("uid", facts.text("/uid"), "7\t7\t7\t7");
  expect_contains("groups", shown(facts.words("/groups")), "9");
}
const Case kRanges("rootless/ranges-of-subuid-are-mapped", kMaps, ranges);

void not_granted(Sandbox& sandbox) {
  Etc etc(sandbox);
  etc.grant_ids();
  const User user(sandbox);
  Bundle bundle = user.bundle();
  map_ranges(bundle);
  user.refuses(bundle,
               {"linux.gidMappings[1]: 500000-565535", {"gidMappings", "newgidmap", "newuidmap"}},
               [](Bundle& spoilt) { map_ranges(spoilt, "500000"); });
  if (!sandbox.runtime().json_paths) return;
  const std::string said = user.run(bundle).err;
  expect_contains("the message", said, "/etc/subgid gives ocirt 300000-365535");
  expect_contains("the message", said, "add the line ocirt:500000:65536");
}
const Case kNotGranted("rootless/a-range-that-is-not-granted-is-refused", kMaps, not_granted);

void no_helper(Sandbox& sandbox) {
  Etc etc(sandbox);
  etc.grant_ids();
  const User user(sandbox);
  Bundle bundle = user.bundle();
  map_ranges(bundle);
  user.refuses(bundle, {"linux.gidMappings: ", {"newgidmap", "newuidmap", "mapping tool"}},
               [&](Bundle&) {
                 for (const char* name : {"newuidmap", "newgidmap"})
                   etc.cover(require_program(name), "/dev/null");
               });
}
const Case kNoHelper("rootless/a-missing-helper-is-named", kMaps, no_helper);

// A helper of the caller's own choice, for it runs with the caller's rights.
Outcome run_with_helper(Sandbox& sandbox, const std::string& script) {
  Etc etc(sandbox);
  etc.grant_ids();
  const User user(sandbox);
  make_dir(sandbox.path("bin"));
  write_file(sandbox.path("bin/newgidmap"), "#!/bin/sh\n" + script + "\n", 0755);
  Bundle bundle = user.bundle();
  map_ranges(bundle).write();
  Spawn spawn = user.invocation({"run", "--bundle", bundle.directory(), sandbox.id()});
  spawn.env.push_back("PATH=" + sandbox.path("bin") + ":/usr/bin:/bin");
  return sandbox.call(spawn);
}

void helper_fails(Sandbox& sandbox) {
  const Outcome ran = run_with_helper(sandbox, "echo more; echo out of order >&2; exit 3");
  expect_contains("the message", ran.err, "out of order");
  if (sandbox.runtime().json_paths) {
    expect_contains("the message", ran.err, "linux.gidMappings: ");
    expect_equal("lines of the message", lines(ran.err).size(), 1U);
  }
  expect(ran.exit_code != 0, "it goes on");
}
const Case kHelperFails("rootless/what-the-helper-says-is-told", kMaps, helper_fails);

void helper_hangs(Sandbox& sandbox) {
  const Outcome ran = run_with_helper(sandbox, "read x; exec sleep 1000");
  expect(ran.exit_code != 0, "it goes on");
  expect_contains("the message", ran.err, "newgidmap");
}
const Case kHelperHangs("rootless/a-helper-that-hangs-is-given-up", kMaps, helper_hangs, 60);

void groups(Sandbox& sandbox) {
  const User user(sandbox);
  Bundle bundle = user.bundle();
  user.refuses(bundle, {"process.user.additionalGids", {"group", "Gids"}},
               [](Bundle& spoilt) { spoilt.set_json("/process/user/additionalGids", "[0]"); });
}
const Case kGroups("rootless/groups-take-a-range-of-gids", "config.md#posix-platform-user", groups);

void kept_groups(Sandbox& sandbox) {
  Etc etc(sandbox);
  etc.grant_ids();
  const User user(sandbox);
  Bundle bundle = user.bundle();
  map_ranges(bundle).set("/annotations/run.oci.keep_original_groups", "1");
  bundle.shell("id -G").write();
  const Outcome ran = sandbox.call(
      user.spawn(sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()}).argv,
                 "--groups=777"));
  expect_equal("groups, of which nobody's is the caller's 777 (" + ran.err + ")", trimmed(ran.out),
               "0 65534");
}
const Case kKeptGroups("rootless/keep-original-groups", "cli-contract 9", kept_groups);

void no_user_namespace(Sandbox& sandbox) {
  const User user(sandbox);
  Bundle bundle = user.bundle();
  user.refuses(bundle, {"linux.namespaces", {"user namespace", "permit"}}, [](Bundle& spoilt) {
    spoilt.without_namespace("user").remove("/linux/uidMappings").remove("/linux/gidMappings");
  });
}
const Case kNoUserNamespace("rootless/a-config-for-root-is-refused", "cli-contract 8.3",
                            no_user_namespace);

// Root inside of a user namespace, as podman calls its runtime.
void root_of_a_namespace(Sandbox& sandbox) {
  const std::string unshare = require_program("unshare");
  const User user(sandbox);
  Bundle bundle = user.bundle();
  bundle.without_namespace("user").remove("/linux/uidMappings").remove("/linux/gidMappings");
  bundle.set_json("/linux/resources/devices", R"([{"allow": false, "access": "rwm"}])");
  bundle.shell("id -u; ls /dev/null; cat /proc/self/uid_map").write();
  Words argv = {unshare, "--user", "--map-root-user", "--mount"};
  const Words call = sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()}).argv;
  argv.insert(argv.end(), call.begin(), call.end());
  const Outcome ran = sandbox.call(user.spawn(argv));
  expect_equal("exit code (" + trimmed(ran.err) + ")", ran.exit_code, 0);
  expect_equal("ids", shown(split(lines(ran.out)[2], ' ')), "[0 12345 1]");
}
const Case kInside("rootless/root-of-a-user-namespace-runs-a-config-without-one",
                   "cli-contract 1.4", root_of_a_namespace);

void nested(Sandbox& sandbox) {
  const std::string unshare = require_program("unshare");
  const User user(sandbox);
  Bundle bundle = user.bundle();
  const std::string root = R"([{"containerID": 0, "hostID": 0, "size": 1}])";
  bundle.set_json("/linux/uidMappings", root).set_json("/linux/gidMappings", root);
  bundle.shell("id -u; cat /proc/self/setgroups").write();
  const Words call = sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()}).argv;
  for (const Words& options : {Words{"--mount"}, Words{}}) {
    Words argv = {unshare, "--user", "--map-root-user"};
    argv.insert(argv.end(), options.begin(), options.end());
    argv.insert(argv.end(), call.begin(), call.end());
    const Outcome ran = sandbox.call(user.spawn(argv));
    expect_equal("what it prints (" + trimmed(ran.err) + ")", ran.out, "0\ndeny\n");
  }
}
const Case kNested("rootless/a-user-namespace-in-a-user-namespace", kMaps, nested);

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
  expect_equal("what it prints (" + ran.err + ")", ran.out, "written\n");
  expect_equal("what the runtime says", ran.err, "");
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

// A cgroup that is the user's, with one in it to start from, and a controller to limit by.
class Delegated {
 public:
  explicit Delegated(Sandbox& sandbox) {
    require_cgroup2();
    const std::string all = " " + trimmed(read_file(cgroup2_mount() + "/cgroup.controllers")) + " ";
    for (const char* name : {"pids", "hugetlb"}) {
      if (controller_.empty() && all.find(" " + std::string(name) + " ") != all.npos)
        controller_ = name;
    }
    if (controller_.empty()) throw Skipped("the cgroup v2 tree has neither pids nor hugetlb");
    top_ = cgroup2_mount() + "/" + sandbox.id() + "-d";
    enable(cgroup2_mount());
    for (const std::string& path : {top_, start()}) {
      if (::mkdir(path.c_str(), 0755) != 0) throw Skipped("no cgroup can be made");
      for (const char* file : {"", "/cgroup.procs", "/cgroup.subtree_control", "/cgroup.threads"})
        give(path + file);
      if (path == top_) enable(path);
    }
  }
  Delegated(const Delegated&) = delete;
  Delegated& operator=(const Delegated&) = delete;
  ~Delegated() {
    eventually([&] {
      for (const std::string& path : {start() + "/oci-rt.caller", start(), top_})
        ::rmdir(path.c_str());
      return !exists(top_);
    });
  }

  std::string top() const { return top_.substr(cgroup2_mount().size()); }
  std::string start() const { return top_ + "/start"; }
  Bundle& limit(Bundle& bundle) const {
    if (controller_ == "pids") return bundle.set("/linux/resources/pids/limit", 77);
    return bundle.set_json("/linux/resources/hugepageLimits",
                           R"([{"pageSize": "2MB", "limit": 4194304}])");
  }
  void expect_limited(const std::string& cgroup) const {
    const bool pids = controller_ == "pids";
    const std::string file = pids ? "/pids.max" : "/hugetlb.2MB.max";
    expect_equal("limit", trimmed(read_file(cgroup2_mount() + cgroup + file)),
                 pids ? "77" : "4194304");
  }
  // `spawn` begun in start().
  Spawn from_inside(Spawn spawn) const {
    Words argv = {"/bin/sh", "-c", "echo $$ > " + start() + "/cgroup.procs && exec \"$@\"", "sh"};
    argv.insert(argv.end(), spawn.argv.begin(), spawn.argv.end());
    spawn.argv = argv;
    return spawn;
  }

 private:
  void enable(const std::string& path) const {
    write_file(path + "/cgroup.subtree_control", "+" + controller_);
  }
  std::string top_, controller_;
};

std::string cgroup_of_init(const std::string& pid_file) {
  const std::string pid = trimmed(read_file(pid_file));
  for (const std::string& line : lines(read_file("/proc/" + pid + "/cgroup"))) {
    if (line.starts_with("0::")) return line.substr(3);
  }
  return "";
}

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
  // The shell stays there as well.
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
  json::Document made = parse_json("what spec wrote", read_file(config));
  place(made, "/process/terminal").SetBool(false);
  place(made, "/process/args") = make_value(made, Words{"id", "-u"});
  write_file(config, to_text(made));
  const Outcome ran = user.call({"run", "-b", sandbox.path("bundle"), sandbox.id()});
  expect_equal("what it prints (" + trimmed(ran.err) + ")", ran.out, "0\n");
  expect_equal("what the runtime says", ran.err, "");
}
const Case kSpec("rootless/what-spec-writes-for-a-user-runs", "cli-contract 5.8", spec);

void default_root(Sandbox& sandbox) {
  const User user(sandbox);
  const std::string root = user.run_directory() + "/" + sandbox.runtime().name;
  Bundle bundle = user.bundle();
  bundle.shell("exit 7").write();
  expect_equal("list, of a directory that is not there yet, exits with",
               user.bare({"list"}).exit_code, 0);
  const Outcome ran = user.bare({"run", "-b", bundle.directory(), sandbox.id()});
  expect_equal("run (" + trimmed(ran.err) + ") exits with", ran.exit_code, 7);
  struct stat info = {};
  expect(::stat(root.c_str(), &info) == 0, "there is no " + root);
  expect_equal("mode of it", info.st_mode & 07777, 01700U);
}
const Case kRoot("rootless/containers-are-kept-in-xdg-runtime-dir", "cli-contract 3", default_root);

void no_root(Sandbox& sandbox) {
  const User user(sandbox);
  Bundle bundle = user.bundle();
  bundle.write();
  for (const char* directory : {"", "/run/there-is-none"}) {
    const Outcome said = user.bare({"run", "-b", bundle.directory(), sandbox.id()}, directory);
    user.says(said, {"XDG_RUNTIME_DIR", {"XDG_RUNTIME_DIR"}});
    expect_contains("the message", said.err, "--root");
    if (!sandbox.runtime().json_paths) continue;
    user.says(user.bare({"run", bundle.directory()}, directory), {"XDG_RUNTIME_DIR", {}});
  }
}
const Case kNoRoot("rootless/without-xdg-runtime-dir-it-says-what-to-do", "cli-contract 3",
                   no_root);

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
  expect_contains("what it prints", user.run(bundle).out, "/sys/kernel\nrefused\n");
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
