// exec joins the namespaces of the container, also if its init has moved into further ones, and
// before start (runtime.md#operations, setns(2)).
#include <filesystem>

#include "conformance/cases/command_line/exec_case.h"
#include "conformance/cases/command_line/rootless_user.h"

namespace oci::conformance {
namespace {

constexpr char kClause[] = "runtime.md#operations";

std::string user_namespace_of(pid_t pid) {
  std::error_code gone;
  return std::filesystem::read_symlink("/proc/" + std::to_string(pid) + "/ns/user", gone);
}

const Words kGoesOn = {"/bin/busybox", "sh", "-c",
                       "readlink /proc/self/ns/user >/first && "
                       "exec busybox unshare -r sh -c 'echo here >/second; exec sleep 100'"};

// user_namespaces(7): mapping root takes CAP_SETFCAP.
Bundle& goes_on(Bundle& bundle) {
  for (const char* set : {"bounding", "effective", "permitted"})
    bundle.set_json("/process/capabilities/" + std::string(set), R"(["CAP_SETFCAP"])");
  return bundle.args(kGoesOn);
}

// Waits until init is in a nested user namespace. Returns its first one.
std::string first_of(const Bundle& bundle) {
  const bool there =
      eventually([&] { return trimmed(read_file(bundle.rootfs("second"))) == "here"; });
  if (!there) throw Skipped("a container may make no user namespace here");
  return trimmed(read_file(bundle.rootfs("first")));
}

void inits_own(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  goes_on(bundle);
  sandbox.create_and_start(bundle);
  const std::string first = first_of(bundle);
  const bool moved = user_namespace_of(sandbox.init_pid()) != first;
  const Outcome ran = exec(sandbox, {}, {"/bin/probe", "facts"});
  sandbox.stop_and_remove();
  expect(moved, "init is in no user namespace of its own");
  expect_equal("exec (" + ran.err + ")", ran.exit_code, 0);
  expect_equal("the user namespace", Facts(ran.out).text("/namespaces/user"), first);
}
const Case kInitsOwn("exec/not-into-the-user-namespace-that-init-made", kClause, inits_own);

void below_containers(Sandbox& sandbox) {
  require_file("/proc/self/ns/user");
  Bundle bundle = sandbox.bundle();
  goes_on(bundle.user_namespace(100000, 65536));
  sandbox.create_and_start(bundle);
  const std::string first = first_of(bundle);
  const Outcome ran = exec(sandbox, {"--user", "7:8"}, {"/bin/probe", "facts"});
  sandbox.stop_and_remove();
  expect_equal("exec (" + ran.err + ")", ran.exit_code, 0);
  const Facts facts(ran.out);
  expect_equal("the user namespace", facts.text("/namespaces/user"), first);
  expect_equal("uid", facts.text("/uid"), "7\t7\t7\t7");
}
const Case kBelow("exec/into-the-containers-user-namespace-and-not-one-below", kClause,
                  below_containers);

void users_own(Sandbox& sandbox) {
  const User user(sandbox);
  Bundle bundle = user.bundle();
  goes_on(bundle);
  user.create(bundle);
  user.good({"start", sandbox.id()});
  const std::string first = first_of(bundle);
  const Outcome ran = user.call({"exec", sandbox.id(), "/bin/probe", "facts"});
  user.good({"delete", "--force", sandbox.id()});
  expect_equal("exec (" + ran.err + ")", ran.exit_code, 0);
  expect_equal("the user namespace", Facts(ran.out).text("/namespaces/user"), first);
}
const Case kUsersOwn("rootless/exec-not-into-the-user-namespace-that-init-made", kClause,
                     users_own);

void before_start(Sandbox& sandbox) {
  const User user(sandbox);
  Bundle bundle = user.bundle();
  bundle.args({"/bin/probe", "sleep"});
  const pid_t pid = user.create(bundle);
  const std::string wanted =
      std::filesystem::read_symlink("/proc/" + std::to_string(pid) + "/ns/mnt");
  const Outcome ran = user.call({"exec", sandbox.id(), "/bin/probe", "facts"});
  const Outcome again = user.call({"exec", sandbox.id(), "/bin/true"});
  // Init learns of the end of exec a moment later. After that, the kernel hides it from the user
  // again.
  const std::string link = "/proc/" + std::to_string(pid) + "/ns/mnt";
  const bool hidden = eventually([&] {
    return sandbox.call(user.spawn({"/usr/bin/readlink", link})).exit_code != 0;
  });
  const Outcome started = user.call({"start", sandbox.id()});
  const Outcome later = user.call({"exec", sandbox.id(), "/bin/true"});
  user.good({"delete", "--force", sandbox.id()});
  expect_equal("exec (" + ran.err + ")", ran.exit_code, 0);
  expect_equal("the mount namespace", Facts(ran.out).text("/namespaces/mnt"), wanted);
  expect_equal("a second exec (" + again.err + ")", again.exit_code, 0);
  expect_equal("start (" + started.err + ")", started.exit_code, 0);
  expect_equal("exec after it (" + later.err + ")", later.exit_code, 0);
  if (sandbox.runtime().json_paths) {
    expect(hidden, "init can be looked into after that");
  }
}
const Case kBeforeStart("rootless/exec-before-start", kClause, before_start);

}  // namespace
}  // namespace oci::conformance
