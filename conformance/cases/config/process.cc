// process: user, working directory, environment, arguments, umask (config.md#process).
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

void first(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  expect_equal("echo $$", sandbox.output(bundle, "echo $$"), "1\n");
  bundle.args({"/bin/probe", "facts"});
  const Facts facts = sandbox.facts(bundle);
  expect_equal("pid", facts.number("/pid"), 1);
  expect_equal("parent", facts.number("/ppid"), 0);
}
const Case kFirst("process/is-pid-1-and-has-no-parent", "config-linux.md#namespaces", first);

void session(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  const Facts facts = sandbox.facts(bundle);
  expect_equal("session", facts.number("/sid"), 1);
}
const Case kSession("process/leads-a-session-of-its-own", "threats 5", session);

void exact_arguments(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.args({"/bin/busybox", "sh", "-c", "for w; do echo \"<$w>\"; done", "sh", "", "two words",
               "new\nline", "\"\\'$", "-x", "--"});
  expect_equal("arguments", sandbox.run(bundle).out,
               "<>\n<two words>\n<new\nline>\n<\"\\'$>\n<-x>\n<-->\n");
}
const Case kArguments("process/args-arrive-as-they-are", "config.md#process", exact_arguments);

void path_search(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle
      .file("one/tool", "#!/bin/sh\necho one\n", 0644)  // not executable: the search continues
      .file("two/tool", "#!/bin/sh\necho two\n", 0755)
      .set_json("/process/env", R"(["PATH=/missing:/one:/two:/bin"])")
      .args({"tool"});
  const Outcome ran = sandbox.run(bundle);
  expect_equal("exit code", ran.exit_code, 0);
  expect_equal("output", ran.out, "two\n");
}
const Case kPath("process/args-0-is-looked-up-in-the-containers-path", "config.md#process",
                 path_search);

void environment(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.set_json("/process/env", R"(["PATH=/bin", "A=1", "EMPTY=", "SPACE=a b", "HOME=/x"])");
  Spawn spawn = sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()});
  spawn.env = {"FROM_THE_CALLER=1"};
  bundle.write();
  const Outcome ran = sandbox.call(spawn);
  expect_equal("environment", shown(Facts(ran.out).words("/env")),
               "[PATH=/bin A=1 EMPTY= SPACE=a b HOME=/x]");
}
const Case kEnvironment("process/env-is-the-whole-environment", "config.md#process", environment);

void home(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.file("etc/passwd", "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n");
  expect_equal("HOME of root", sandbox.facts(bundle).variable("HOME"), "/root");
  bundle.set("/process/user/uid", 1000);
  expect_equal("HOME of 1000", sandbox.facts(bundle).variable("HOME"), "/home/ann");
  bundle.set("/process/user/uid", 1234);
  expect_equal("HOME of a stranger", sandbox.facts(bundle).variable("HOME"), "/");
}
const Case kHome("process/home-comes-from-the-containers-passwd", "cli-contract 6", home);

void hostile_passwd(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  ::mkfifo(bundle.rootfs("etc/passwd").c_str(), 0644);
  Spawn spawn = sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()});
  spawn.seconds = 5;
  bundle.write();
  sandbox.call(spawn);  // any answer is fine, if it comes in time
}
const Case kHostilePasswd("process/a-fifo-as-passwd-holds-nobody-up", "threats 5", hostile_passwd);

void numeric_ids(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.file("etc/passwd", "1000:x:0:0::/:/bin/sh\n").file("etc/group", "1000:x:0:\n");
  bundle.set("/process/user/uid", 1000).set("/process/user/gid", 1001);
  const Facts facts = sandbox.facts(bundle);
  expect_equal("uid", facts.text("/uid"), "1000\t1000\t1000\t1000");
  expect_equal("gid", facts.text("/gid"), "1001\t1001\t1001\t1001");
}
const Case kIds("process/ids-are-numbers-never-names", "CVE-2016-3697", numeric_ids);

void groups(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  expect_equal("groups when none are listed", shown(sandbox.facts(bundle).words("/groups")), "[]");
  bundle.set_json("/process/user/additionalGids", "[5, 6, 1000]");
  expect_equal("groups", shown(sandbox.facts(bundle).words("/groups")), "[5 6 1000]");
}
const Case kGroups("process/groups-are-those-listed", "config.md#posix-platform-user", groups);

void callers_groups(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.write();
  const std::string setpriv = require_program("setpriv");
  Spawn spawn = sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()});
  spawn.argv.insert(spawn.argv.begin(), {setpriv, "--groups", "998,999"});
  expect_equal("groups", shown(Facts(sandbox.call(spawn).out).words("/groups")), "[]");
}
const Case kCallersGroups("process/the-callers-groups-stay-outside", "threats 5", callers_groups);

void umask_set(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.set("/process/user/umask", 0077);
  expect_equal("umask", sandbox.facts(bundle).number("/umask"), 0077);
}
const Case kUmask("process/umask-is-the-one-set", "config.md#posix-platform-user", umask_set);

void umask_unset(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.write();
  Spawn spawn = sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()});
  spawn.umask = 0027;
  expect_equal("umask", Facts(sandbox.call(spawn).out).number("/umask"), 0027);
}
const Case kNoUmask("process/umask-unset-is-the-callers", "config.md#posix-platform-user",
                    umask_unset);

void callers_umask(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.args({"/bin/busybox", "stat", "-c", "%a", "/dev/null", "/made/by/mount"})
      .mount("/made/by/mount", "tmpfs", "tmpfs", {"mode=755"})
      .write();
  Spawn spawn = sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()});
  spawn.umask = 0777;
  expect_equal("modes", sandbox.call(spawn).out, "666\n755\n");
}
const Case kCallersUmask("process/the-callers-umask-spoils-no-device", "reliability 4",
                         callers_umask);

void working_directory(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.file("srv/data/x", "").set("/process/cwd", "/srv/data");
  expect_equal("cwd", sandbox.facts(bundle).text("/cwd"), "/srv/data");
}
const Case kCwd("process/cwd", "config.md#process", working_directory);

void private_directory(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  make_dir(bundle.rootfs("secret"));
  ::chmod(bundle.rootfs("secret").c_str(), 0700);
  ::chown(bundle.rootfs("secret").c_str(), 1000, 1000);
  bundle.set("/process/cwd", "/secret").set("/process/user/uid", 1000);
  expect_equal("cwd", sandbox.facts(bundle).text("/cwd"), "/secret");
}
const Case kPrivateCwd("process/cwd-may-belong-to-the-user-alone", "cli-contract 6",
                       private_directory);

void extra_descriptors(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.write();
  const int host = ::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  Spawn spawn = sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()});
  for (const int number : {3, 4, 7, 50})
    spawn.fds.emplace_back(host, number);
  const Facts facts(sandbox.call(spawn).out);
  ::close(host);
  for (const char* number : {"0", "1", "2"}) {
    expect(facts.has(std::string("/fds/") + number), std::string(number) + " is closed");
  }
  for (int number = 3; number < 300; ++number) {
    const std::string pointer = "/fds/" + std::to_string(number);
    expect(!facts.has(pointer), "descriptor " + std::to_string(number) + " is open inside");
  }
}
const Case kDescriptors("process/only-0-1-and-2-are-open", "runtime-linux.md#file-descriptors",
                        extra_descriptors);

void preserved(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("cat <&3; cat <&4; [ -e /proc/self/fd/5 ]; echo $?").write();
  write_file(sandbox.path("three"), "three\n");
  write_file(sandbox.path("four"), "four\n");
  const int three = ::open(sandbox.path("three").c_str(), O_RDONLY | O_CLOEXEC);
  const int four = ::open(sandbox.path("four").c_str(), O_RDONLY | O_CLOEXEC);
  Spawn spawn = sandbox.invocation(
      {"run", "--preserve-fds", "2", "--bundle", bundle.directory(), sandbox.id()});
  spawn.fds = {{three, 3}, {four, 4}, {four, 5}};
  const Outcome ran = sandbox.call(spawn);
  ::close(three);
  ::close(four);
  expect_equal("output", ran.out, "three\nfour\n1\n");
}
const Case kPreserved("process/preserve-fds-hands-over-so-many", "cli-contract 6", preserved);

void oom_score(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.set("/process/oomScoreAdj", 321);
  expect_equal("oom_score_adj", sandbox.facts(bundle).number("/oom_score_adj"), 321);
  bundle.remove("/process/oomScoreAdj");
  const std::string own = trimmed(read_file("/proc/self/oom_score_adj"));
  expect_equal("oom_score_adj when unset", sandbox.facts(bundle).text("/oom_score_adj"), own);
}
const Case kOom("process/oom-score-adj", "config.md#linux-process", oom_score);

void new_privileges(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  expect_equal("NoNewPrivs when unset", sandbox.facts(bundle).text("/no_new_privs"), "0");
  bundle.set("/process/noNewPrivileges", true);
  expect_equal("NoNewPrivs", sandbox.facts(bundle).text("/no_new_privs"), "1");
}
const Case kNoNew("process/no-new-privileges", "config.md#linux-process", new_privileges);

void limits(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.set_json("/process/rlimits", R"([
      {"type": "RLIMIT_NOFILE", "soft": 100, "hard": 200},
      {"type": "RLIMIT_CORE", "soft": 0, "hard": 4096},
      {"type": "RLIMIT_STACK", "soft": 1048576, "hard": 2097152},
      {"type": "RLIMIT_NPROC", "soft": 50, "hard": 60},
      {"type": "RLIMIT_FSIZE", "soft": 1000000, "hard": 1000000}])");
  const Facts facts = sandbox.facts(bundle);
  expect_equal("nofile", facts.text("/limits/nofile"), "100 200");
  expect_equal("core", facts.text("/limits/core"), "0 4096");
  expect_equal("stack", facts.text("/limits/stack"), "1048576 2097152");
  expect_equal("nproc", facts.text("/limits/nproc"), "50 60");
  expect_equal("fsize", facts.text("/limits/fsize"), "1000000 1000000");
}
const Case kLimits("process/rlimits-are-exact", "config.md#posix-process", limits);

void callers_limits(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.write();
  Spawn spawn = sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()});
  spawn.soft_limits = {{RLIMIT_NOFILE, 64}, {RLIMIT_CORE, 1234}};
  const Facts facts(sandbox.call(spawn).out);
  expect(facts.text("/limits/core").starts_with("1234 "), "core is " + facts.text("/limits/core"));
}
const Case kCallersLimits("process/rlimits-not-listed-are-the-callers", "config.md#posix-process",
                          callers_limits);

void size_without_terminal(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.set_json("/process/consoleSize", R"({"height": 10, "width": 20})");
  expect_equal("terminals", sandbox.facts(bundle).number("/tty"), 0);
}
const Case kIgnoredSize("process/console-size-without-a-terminal-is-ignored", "config.md#process",
                        size_without_terminal);

}  // namespace
}  // namespace oci::conformance
