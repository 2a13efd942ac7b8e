// Unusual user namespaces: without an id 0, joined ones, and other namespaces that an unprivileged
// user may create in theirs (user_namespaces(7), time_namespaces(7)).
#include <filesystem>

#include "conformance/cases/command_line/rootless_user.h"

namespace oci::conformance {
namespace {

constexpr char kMaps[] = "config-linux.md#user-namespace-mappings";
constexpr char kNamespaces[] = "config-linux.md#namespaces";

void own_time(Sandbox& sandbox) {
  require_file("/proc/self/ns/time");
  const User user(sandbox);
  Bundle bundle = user.bundle();
  bundle.new_namespace("time").set_json("/linux/timeOffsets",
                                        R"({"boottime": {"secs": 1000000, "nanosecs": 0}})");
  const Facts facts = user.facts(bundle);
  const std::string host = std::filesystem::read_symlink("/proc/self/ns/time");
  expect(facts.text("/namespaces/time") != host, "the time namespace is the host's");
  expect(facts.number("/boottime") >= 1000000, "the clock is not set back");
}
const Case kOwnTime("rootless/a-new-time-namespace-with-offsets",
                    "config-linux.md#offset-for-time-namespace", own_time);

// A user's container joins namespaces of these types of the same user's other container. `change`
// edits the bundle that joins.
Outcome join(Sandbox& sandbox, const User& user, const std::vector<std::string>& types,
             const std::function<void(Bundle&)>& change) {
  Bundle pause = user.bundle("other");
  pause.args({"/bin/probe", "sleep"});
  const pid_t pid = user.create(pause);
  user.good({"start", sandbox.id()});
  const std::string path = "/proc/" + std::to_string(pid) + "/ns/";
  const std::string wanted = std::filesystem::read_symlink(path + "user");
  Bundle bundle = user.bundle("joins");
  for (const std::string& type : types)
    bundle.new_namespace(type, path + (type == "network" ? "net" : type));
  change(bundle);
  bundle.write();
  const Outcome ran = user.call({"run", "--bundle", bundle.directory(), sandbox.id() + "-j"});
  user.good({"delete", "--force", sandbox.id()});
  if (ran.exit_code == 0 && ran.out.starts_with('{')) {
    expect_equal("user namespace", Facts(ran.out).text("/namespaces/user"), wanted);
  }
  return ran;
}

void joins(Sandbox& sandbox) {
  const User user(sandbox);
  const std::vector<std::vector<std::string>> rows = {
      {"user"}, {"user", "pid", "ipc", "network", "uts"}, {"pid", "user"}};
  for (const auto& types : rows) {
    const Outcome ran = join(sandbox, user, types, [](Bundle&) {});
    expect(ran.exit_code == 0, "joining " + shown(types) + ": " + ran.err);
  }
}
const Case kJoins("rootless/another-containers-user-namespace-is-joined", kNamespaces, joins);

void joins_with_time(Sandbox& sandbox) {
  require_file("/proc/self/ns/time");
  const User user(sandbox);
  const Outcome ran = join(sandbox, user, {"user"}, [](Bundle& bundle) {
    bundle.new_namespace("time").set_json("/linux/timeOffsets",
                                          R"({"boottime": {"secs": 1000000, "nanosecs": 0}})");
  });
  expect(ran.exit_code == 0, "run: " + ran.err);
  expect(Facts(ran.out).number("/boottime") >= 1000000, "the clock is not set back");
}
const Case kJoinsWithTime("rootless/a-new-time-namespace-in-a-joined-user-namespace",
                          "config-linux.md#offset-for-time-namespace", joins_with_time);

void joins_with_groups(Sandbox& sandbox) {
  const User user(sandbox);
  const Outcome control = join(sandbox, user, {"user"}, [](Bundle&) {});
  expect(control.exit_code == 0, "the control: " + control.err);
  user.says(join(sandbox, user, {"user"},
                 [](Bundle& bundle) { bundle.set_json("/process/user/additionalGids", "[0]"); }),
            {"process.user", {"additionalGids", "additional groups", "setgroups"}});
}
const Case kGroups("rootless/groups-that-a-joined-user-namespace-denies-are-refused",
                   "config.md#posix-platform-user", joins_with_groups);

// Root on the host has groups, which the container must not get.
void root_joins(Sandbox& sandbox) {
  const User user(sandbox);
  Bundle pause = user.bundle("other");
  pause.args({"/bin/probe", "sleep"});
  const pid_t pid = user.create(pause);
  user.good({"start", sandbox.id()});
  Bundle bundle = user.bundle("joins");
  bundle.new_namespace("user", "/proc/" + std::to_string(pid) + "/ns/user").write();
  Spawn spawn = sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id() + "-j"});
  const Words as_group = {require_program("setpriv"), "--groups", "4,20"};
  spawn.argv.insert(spawn.argv.begin(), as_group.begin(), as_group.end());
  const Outcome ran = sandbox.call(spawn);
  user.good({"delete", "--force", sandbox.id()});
  expect(ran.exit_code == 0, "run: " + ran.err);
  expect_equal("groups", shown(Facts(ran.out).words("/groups")), "[]");
}
const Case kRootJoins("users/no-group-of-the-callers-comes-into-a-joined-user-namespace",
                      "config.md#posix-platform-user", root_joins);

Bundle& map_from_1000(Bundle& bundle) {
  const char* maps = R"([{"containerID": 1000, "hostID": 101000, "size": 1000}])";
  return bundle.user_namespace(101000, 1000)
      .set_json("/linux/uidMappings", maps)
      .set_json("/linux/gidMappings", maps)
      .set_json("/process/user", R"({"uid": 1000, "gid": 1000})");
}

void no_root(Sandbox& sandbox) {
  require_file("/proc/self/ns/user");
  Bundle bundle = sandbox.bundle();
  map_from_1000(bundle)
      .mount("/dev", "tmpfs", "tmpfs", {"nosuid", "mode=755"})
      .mount("/dev/pts", "devpts", "devpts", {"nosuid", "noexec", "newinstance", "ptmxmode=0666"})
      .mount("/dev/shm", "tmpfs", "shm", {"mode=1777"})
      .set("/process/cwd", "/made/here")
      .shell("id -u; id -g; stat -c %u /dev/pts/ptmx /dev/shm /made; echo x >/dev/null && pwd");
  const Outcome ran = sandbox.run(bundle);
  expect(ran.exit_code == 0, "run: " + ran.err);
  expect_equal("its view", ran.out, "1000\n1000\n1000\n1000\n1000\n/made/here\n");
}
const Case kNoRoot("users/a-namespace-without-an-id-0", kMaps, no_root);

void no_root_exec(Sandbox& sandbox) {
  require_file("/proc/self/ns/user");
  Bundle bundle = sandbox.bundle();
  map_from_1000(bundle).args({"/bin/probe", "sleep"});
  sandbox.create_and_start(bundle);
  const Outcome own = sandbox.call({"exec", sandbox.id(), "/bin/id", "-u"});
  const Outcome other =
      sandbox.call({"exec", "--user", "1001:1002", sandbox.id(), "/bin/id", "-g"});
  sandbox.stop_and_remove();
  expect_equal("exec (" + own.err + ")", own.out, "1000\n");
  expect_equal("exec --user (" + other.err + ")", other.out, "1002\n");
}
const Case kNoRootExec("users/exec-into-a-namespace-without-an-id-0", kMaps, no_root_exec);

}  // namespace
}  // namespace oci::conformance
