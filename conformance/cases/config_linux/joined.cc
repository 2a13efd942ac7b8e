// Namespaces joined together: config-linux.md#namespaces, user_namespaces(7).
#include <filesystem>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

constexpr char kClause[] = "config-linux.md#namespaces";

struct Kind {
  std::string type;  // in config.json
  std::string file;  // below /proc/PID/ns
};
const Kind kUser = {"user", "user"}, kPid = {"pid", "pid"}, kNetwork = {"network", "net"},
           kIpc = {"ipc", "ipc"}, kUts = {"uts", "uts"}, kTime = {"time", "time"},
           kCgroup = {"cgroup", "cgroup"};

// Runs a container that joins the namespaces `kinds` of another one, and checks that it is in them.
// The other has new namespaces `made`, which may include a user namespace.
void join(Sandbox& sandbox, const std::vector<Kind>& made, const std::vector<Kind>& kinds,
          bool own_user = false) {
  Bundle pause = sandbox.bundle("pause");
  for (const Kind& kind : made) {
    if (kind.type == "user") {
      pause.user_namespace(100000, 65536);
    } else {
      pause.new_namespace(kind.type);
    }
  }
  pause.args({"/bin/probe", "sleep"});
  sandbox.create_and_start(pause);
  const std::string path = "/proc/" + std::to_string(sandbox.init_pid()) + "/ns/";
  Bundle bundle = sandbox.bundle("joins");
  if (own_user) bundle.user_namespace(100000, 65536);
  for (const Kind& kind : kinds) {
    // Engines send the maps, too.
    if (kind.type == "user") bundle.user_namespace(100000, 65536);
    bundle.new_namespace(kind.type, path + kind.file);
  }
  bundle.write();
  const Outcome ran = sandbox.call({"run", "--bundle", bundle.directory(), sandbox.id() + "-j"});
  std::vector<std::string> wanted;
  for (const Kind& kind : kinds)
    wanted.push_back(std::filesystem::read_symlink(path + kind.file));
  sandbox.stop_and_remove();
  expect(ran.exit_code == 0, "run exits " + std::to_string(ran.exit_code) + ": " + ran.err);
  const Facts facts(ran.out);
  for (size_t i = 0; i < kinds.size(); ++i) {
    expect_equal(kinds[i].type, facts.text("/namespaces/" + kinds[i].file), wanted[i]);
  }
}

void user_and_pid(Sandbox& sandbox) {
  join(sandbox, {kUser}, {kUser, kPid});
}
const Case kUserAndPid("namespaces/user-and-pid-are-joined-together", kClause, user_and_pid);

void pid_before_user(Sandbox& sandbox) {
  join(sandbox, {kUser}, {kPid, kUser});
}
const Case kPidAndUser("namespaces/pid-and-user-are-joined-in-either-order", kClause,
                       pid_before_user);

void all(Sandbox& sandbox) {
  require_file("/proc/self/ns/time");
  join(sandbox, {kUser, kTime, kCgroup}, {kUser, kPid, kNetwork, kIpc, kUts, kTime, kCgroup});
}
const Case kAll("namespaces/all-but-mount-are-joined-together", kClause, all);

void all_but_user(Sandbox& sandbox) {
  join(sandbox, {kCgroup}, {kNetwork, kIpc, kUts, kPid, kCgroup});
}
const Case kAllButUser("namespaces/all-but-user-and-mount-are-joined-together", kClause,
                       all_but_user);

void new_user(Sandbox& sandbox) {
  join(sandbox, {}, {kNetwork, kIpc}, true);
}
const Case kNewUser("namespaces/those-of-the-host-are-joined-beside-a-new-user-namespace", kClause,
                    new_user);

void of_another_user(Sandbox& sandbox) {
  join(sandbox, {kUser}, {kNetwork, kIpc, kUts});
}
const Case kOfAnother("namespaces/those-of-a-user-namespace-are-joined-without-it", kClause,
                      of_another_user);

void joined_time(Sandbox& sandbox) {
  require_file("/proc/self/ns/time");
  Bundle pause = sandbox.bundle("pause");
  pause.new_namespace("time")
      .set_json("/linux/timeOffsets", R"({"boottime": {"secs": 1000000, "nanosecs": 0}})")
      .args({"/bin/probe", "sleep"});
  sandbox.create_and_start(pause);
  Bundle bundle = sandbox.bundle("joins");
  bundle.new_namespace("time", "/proc/" + std::to_string(sandbox.init_pid()) + "/ns/time").write();
  const Outcome ran = sandbox.call({"run", "--bundle", bundle.directory(), sandbox.id() + "-j"});
  sandbox.stop_and_remove();
  expect_equal("exit code", ran.exit_code, 0);
  expect(Facts(ran.out).number("/boottime") >= 1000000, "the clock is not that of the other");
}
const Case kJoinedTime("namespaces/a-joined-time-namespace-has-its-own-clocks",
                       "config-linux.md#offset-for-time-namespace", joined_time);

void offsets_of_joined(Sandbox& sandbox) {
  require_file("/proc/self/ns/time");
  Bundle bundle = sandbox.bundle();
  bundle.new_namespace("time").set_json("/linux/timeOffsets", R"({"boottime": {"secs": 10}})");
  expect_refusal(sandbox, bundle, {"linux.timeOffsets", {"time", "offset"}},
                 [](Bundle& spoilt) { spoilt.new_namespace("time", "/proc/self/ns/time"); });
}
const Case kOffsetsOfJoined("namespaces/offsets-of-a-joined-time-namespace-are-refused",
                            "config-linux.md#offset-for-time-namespace", offsets_of_joined);

}  // namespace
}  // namespace oci::conformance
