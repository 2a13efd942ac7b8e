// Attacks through the caller and its config: T7, T9 and T11 of threats 2, and more of T1 and T3.
// These flaws let something of the runtime or caller through. The image is harmless.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

void link_to(const std::string& target, const std::string& path) {
  if (::symlink(target.c_str(), path.c_str()) != 0) throw Failed("symlink " + path);
}

// T7: descriptors that the caller left open stay outside.
void inherited_descriptors(Sandbox& sandbox) {
  const int host = ::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  Bundle bundle = sandbox.bundle();
  bundle.write();
  Spawn spawn = sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()});
  for (int number = 3; number <= 40; ++number)
    spawn.fds.emplace_back(host, number);
  const Outcome ran = sandbox.call(spawn);
  ::close(host);
  expect_equal("exit code", ran.exit_code, 0);
  const json::Document facts = parse_json("the probe's report", ran.out);
  expect_equal("descriptors inside", find(facts, "/fds")->MemberCount(), 3U);
}
const Case kInherited("threats/t7-inherited-descriptors-stay-outside",
                      "threats 2 (T7), CVE-2024-21626", inherited_descriptors);

// T7: the runtime leaks no descriptor of its own either.
void none_of_the_runtimes(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  sandbox.create(bundle);
  sandbox.start();
  sandbox.wait_stopped();
  const Facts facts(sandbox.said());
  for (int number = 3; number < 64; ++number) {
    expect(!facts.has("/fds/" + std::to_string(number)),
           "descriptor " + std::to_string(number) + " is open");
  }
  sandbox.remove();
}
const Case kOwn("threats/t7-no-descriptor-of-the-runtimes-is-inside",
                "threats 2 (T7), CVE-2016-9962", none_of_the_runtimes);

// T9: capabilities are inheritable only if the config says so.
void nothing_inheritable(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  for (const char* set : {"bounding", "effective", "permitted"}) {
    bundle.set_json(std::string("/process/capabilities/") + set, R"(["CAP_CHOWN", "CAP_KILL"])");
  }
  const Facts facts = sandbox.facts(bundle);
  expect_equal("inheritable", facts.text("/CapInh"), "0000000000000000");
  expect_equal("ambient", facts.text("/CapAmb"), "0000000000000000");
  expect_equal("permitted", facts.text("/CapPrm"), "0000000000000021");
}
const Case kInheritable("threats/t9-nothing-is-inheritable-unless-it-is-said",
                        "threats 2 (T9), CVE-2022-29162, CVE-2022-27650", nothing_inheritable);

void spec_without_inheritable(Sandbox& sandbox) {
  const std::string directory = sandbox.path("spec");
  make_dir(directory);
  expect_equal("exit code of spec", sandbox.call({"spec", "--bundle", directory}).exit_code, 0);
  const json::Document config = parse_json("spec", read_file(directory + "/config.json"));
  const json::Value* set = find(config, "/process/capabilities/inheritable");
  expect(!set || set->Empty(), "spec gives inheritable capabilities");
}
const Case kSpec("threats/t9-spec-gives-nothing-inheritable", "threats 2 (T9), CVE-2022-29162",
                 spec_without_inheritable);

// T9: exec -u runs as exactly that user, never as root by mistake.
void exec_as_user(Sandbox& sandbox) {
  require_option(sandbox, "exec", "--user");
  Bundle bundle = sandbox.bundle();
  sandbox.create_and_start(bundle.args({"/bin/probe", "sleep"}));
  for (const char* user : {"1", "1:2", "0:5", "65534"}) {
    const Outcome ran =
        sandbox.call({"exec", "--user", user, sandbox.id(), "/bin/busybox", "id", "-u"});
    if (ran.exit_code != 0) continue;
    const std::string wanted = std::string(user).substr(0, std::string(user).find(':'));
    expect_equal(std::string("the user of exec --user ") + user, trimmed(ran.out), wanted);
  }
  for (const char* user : {":1", " 1", "+1", "1 ", "0x1", "4294967296", "-1"}) {
    const Outcome ran =
        sandbox.call({"exec", "--user", user, sandbox.id(), "/bin/busybox", "id", "-u"});
    expect(ran.exit_code != 0 || trimmed(ran.out) != "0",
           "exec --user '" + std::string(user) + "' is root");
  }
  sandbox.stop_and_remove();
}
const Case kExecUser("threats/t9-exec-as-a-user-is-that-user", "threats 2 (T9), CVE-2026-30892",
                     exec_as_user);

void exec_capability(Sandbox& sandbox) {
  require_option(sandbox, "exec", "--cap");
  Bundle bundle = sandbox.bundle();
  for (const char* set : {"bounding", "effective", "permitted"}) {
    bundle.set_json(std::string("/process/capabilities/") + set, R"(["CAP_CHOWN"])");
  }
  sandbox.create_and_start(bundle.args({"/bin/probe", "sleep"}));
  const Outcome ran =
      sandbox.call({"exec", "--cap", "CAP_KILL", sandbox.id(), "/bin/probe", "facts"});
  expect_equal("exit code of exec", ran.exit_code, 0);
  expect_equal("inheritable", Facts(ran.out).text("/CapInh"), "0000000000000000");
  sandbox.stop_and_remove();
}
const Case kExecCap("threats/t9-exec-with-a-capability-makes-none-inheritable",
                    "threats 2 (T9), CVE-2022-29162, CVE-2022-27650", exec_capability);

// T11: a mistyped property must not be ignored, which would weaken the container. Judged by the
// abilities of the program; refusals.cc judges the messages.
struct Mistyped {
  const char* pointer;
  const char* json;
  const char* weak;  // a shell command that succeeds if the property was ignored
};
constexpr Mistyped kMistyped[] = {
    {"/process/user/uid", R"("1000")", "[ $(id -u) = 0 ]"},
    {"/process/noNewPrivileges", R"("true")", "grep -q 'NoNewPrivs:.0' /proc/self/status"},
    {"/root/readonly", R"("true")", "touch /written"},
    {"/linux/maskedPaths", R"("/proc/uptime")", "[ -n \"$(cat /proc/uptime)\" ]"},
    {"/linux/seccomp", "[]", "grep -q 'Seccomp:.0' /proc/self/status"},
    {"/linux/readonlyPaths", R"("/tmp")", "touch /tmp/written"},
    {"/process/rlimits", R"({"type": "RLIMIT_NOFILE", "soft": 9, "hard": 9})",
     "[ $(ulimit -n) != 9 ]"},
    {"/process/capabilities/bounding", R"("CAP_KILL")",
     "! grep -q 'CapBnd:.0000000000000020' /proc/self/status"},
};

void mistyped(Sandbox& sandbox) {
  std::string ignored;
  for (const Mistyped& one : kMistyped) {
    Bundle bundle = sandbox.bundle();
    bundle.shell(std::string(one.weak) + " && exit 66; exit 0");
    expect_equal(std::string("exit code of the control for ") + one.pointer,
                 sandbox.run(bundle).exit_code, 66);
    bundle.set_json(one.pointer, one.json);
    if (sandbox.run(bundle).exit_code == 66) ignored += std::string(" ") + one.pointer;
    remove_tree(bundle.directory());
  }
  expect(ignored.empty(), "mistyped and ignored:" + ignored);
}
const Case kIgnored("threats/t11-what-is-mistyped-is-never-ignored", "threats 2 (T11), threats 6",
                    mistyped);

// T3, the other streams: pipes and sockets are not devices, and st_rdev is 0 for all of them.
void other_streams(Sandbox& sandbox) {
  int ends[2] = {};
  for (const bool is_socket : {false, true}) {
    const int made = is_socket ? ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)
                               : ::pipe2(ends, O_CLOEXEC);
    expect(made == 0, "no pipe or socket for the case");
    Bundle bundle = sandbox.bundle("t3");
    bundle.file("catch", "").shell("echo said").write();
    if (!exists(bundle.rootfs("dev/null"))) link_to("/catch", bundle.rootfs("dev/null"));
    Spawn spawn = sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()});
    spawn.fds.emplace_back(ends[1], 1);
    const int code = sandbox.call(spawn).exit_code;
    ::close(ends[1]);
    char said[16] = {};
    const ssize_t got = ::read(ends[0], said, sizeof said - 1);
    ::close(ends[0]);
    expect_equal("the image's file", read_file(bundle.rootfs("catch")), "");
    expect(code != 0 || (got == 5 && std::string(said) == "said\n"),
           "text that was written to standard output is missing");
  }
}
const Case kStreams("threats/t3-pipes-and-sockets-are-no-devices", "threats 2 (T3), CVE-2026-88265",
                    other_streams);

// T1, variants: only a part of /dev is a link.
void part_of_dev(Sandbox& sandbox) {
  const std::string host = sandbox.path("precious");
  make_dir(host);
  write_file(host + "/ptmx", "mine\n");
  for (const char* name : {"dev/pts", "dev/shm", "dev/mqueue", "dev/ptmx", "dev/fd", "dev/core"}) {
    Bundle bundle = sandbox.bundle("t1");
    link_to(std::string(name) == "dev/ptmx" ? host + "/ptmx" : host, bundle.rootfs(name));
    if (std::string(name) != "dev/ptmx") {
      bundle.mount("/dev/pts", "devpts", "devpts", {"newinstance", "ptmxmode=0666"});
    }
    sandbox.run(bundle);  // runs inside its root or is refused
    expect_equal("names in the host's directory", shown(entries(host)), "[ptmx]");
    expect_equal("a file of the host's", read_file(host + "/ptmx"), "mine\n");
    remove_tree(bundle.directory());
  }
}
const Case kPartOfDev("threats/t1-a-part-of-dev-is-a-link-to-the-host",
                      "threats 2 (T1), CVE-2026-41579, CVE-2026-47766", part_of_dev);

}  // namespace
}  // namespace oci::conformance
