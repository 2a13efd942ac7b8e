// Resource limits of the caller: the runtime works under them, or names the one that is too small.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "conformance/cases/command_line/exec_case.h"
#include "conformance/cases/command_line/rootless_user.h"
#include "conformance/cases/runtime/hook_json.h"
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

template <__rlimit_resource which, unsigned value>
void limited() {
  const rlimit limit = {value, value};
  if (::setrlimit(which, &limit) != 0) ::_exit(125);
}

// The caller's output is a pipe: regular files would also be subject to RLIMIT_FSIZE.
Outcome piped(Sandbox& sandbox, Spawn spawn) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw Failed("pipe2");
  spawn.fds = {{ends[1], 1}, {ends[1], 2}};
  Outcome outcome = sandbox.call(spawn);
  ::close(ends[1]);
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);  // a container may hold the other end open
  char text[8192];
  const ssize_t got = ::read(ends[0], text, sizeof text);
  ::close(ends[0]);
  outcome.out.assign(text, got > 0 ? static_cast<size_t>(got) : 0);
  return outcome;
}

Outcome without_files(Sandbox& sandbox, const Words& words) {
  Spawn spawn = sandbox.invocation(words);
  spawn.before = limited<RLIMIT_FSIZE, 0>;
  return piped(sandbox, std::move(spawn));
}

void expect_limit_named(Sandbox& sandbox, const std::string& verb, const Outcome& outcome,
                        const std::string& name) {
  expect(outcome.exit_code == 1 || outcome.exit_code == 255,
         verb + " exits with " + std::to_string(outcome.exit_code));
  if (sandbox.runtime().json_paths) {
    expect_contains("message of " + verb, outcome.out + outcome.err, name);
  }
}

void no_files(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("sleep 1000").write();
  const Words create = {"create", "--bundle", bundle.directory(), sandbox.id()};
  expect_limit_named(sandbox, "create", without_files(sandbox, create), "RLIMIT_FSIZE");
  sandbox.create_and_start(bundle);
  const Outcome executed = without_files(sandbox, exec_of(sandbox, {}, {"/bin/busybox", "true"}));
  if (executed.exit_code != 0) expect_limit_named(sandbox, "exec", executed, "RLIMIT_FSIZE");
  expect_equal("exit code of state", without_files(sandbox, {"state", sandbox.id()}).exit_code, 0);
  const Outcome removed = without_files(sandbox, {"delete", "--force", sandbox.id()});
  expect_equal("exit code of delete (" + removed.out + ")", removed.exit_code, 0);
  expect(sandbox.call({"state", sandbox.id()}).exit_code != 0, "the container is still there");
}
const Case kNoFiles("caller/that-may-write-no-file-is-told-so-and-can-delete", "getrlimit(2)",
                    no_files);

void small_stack(Sandbox& sandbox) {
  const auto small = [&](const Words& words) {
    Spawn spawn = sandbox.invocation(words);
    spawn.before = limited<RLIMIT_STACK, 65536>;
    return spawn;
  };
  Bundle bundle = sandbox.bundle();
  bundle.shell("echo ran; exit 7")
      .mount("/dev/pts", "devpts", "devpts", {"nosuid", "noexec", "newinstance", "mode=0620"});
  for (const char* kind : {"createRuntime", "poststop"}) {
    bundle.add("/hooks/" + std::string(kind),
               hook_json(sandbox, {.kind = kind, .text = "echo hook"}));
  }
  const Words run = {"run", "--bundle", bundle.directory(), sandbox.id()};
  for (const bool terminal : {false, true}) {
    bundle.set("/process/terminal", terminal);
    if (sandbox.run(bundle).exit_code != 7) continue;  // needs a terminal from the caller
    const Outcome ran = sandbox.call(small(run));
    expect_equal("exit code of run (" + ran.err + ")", ran.exit_code, 7);
    expect_equal("its output", trimmed(ran.out), "ran");
  }
  bundle.set("/process/terminal", false).shell("sleep 1000");
  sandbox.create_and_start(bundle);
  for (const Words& options : {Words{}, Words{"--tty"}}) {
    const Words call = exec_of(sandbox, options, {"/bin/sh", "-c", "exit 8"});
    if (sandbox.call(call).exit_code != 8) continue;
    const Outcome ran = sandbox.call(small(call));
    expect_equal("exit code of exec (" + ran.err + ")", ran.exit_code, 8);
  }
  for (const Words& words :
       {Words{"state", sandbox.id()}, Words{"list"}, Words{"kill", sandbox.id(), "KILL"}}) {
    expect_equal("exit code of " + words[0], sandbox.call(small(words)).exit_code, 0);
  }
  sandbox.wait_stopped();
  expect_equal("exit code of delete", sandbox.call(small({"delete", sandbox.id()})).exit_code, 0);
}
const Case kStack("caller/with-a-stack-of-64-KiB-is-no-hindrance", "getrlimit(2)", small_stack);

void few_descriptors(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  for (int at = 0; at < 6; ++at) {
    bundle.add("/mounts", R"({"destination": "/many/)" + std::to_string(at) +
                              R"(", "source": "/etc", "options": ["rbind", "ro", "rprivate"]})");
  }
  bundle.args({"/bin/busybox", "true"}).write();
  const Words run = {"run", "--bundle", bundle.directory(), sandbox.id()};
  const auto with = [&](void (*before)()) {
    Spawn spawn = sandbox.invocation(run);
    spawn.before = before;
    return sandbox.call(spawn);
  };
  expect_equal("exit code with 64 descriptors", with(limited<RLIMIT_NOFILE, 64>).exit_code, 0);
  expect_equal("exit code with 20 descriptors", with(limited<RLIMIT_NOFILE, 20>).exit_code, 0);
  const Outcome refused = with(limited<RLIMIT_NOFILE, 7>);
  if (refused.exit_code != 0 && sandbox.runtime().json_paths) {
    expect_contains("the message", refused.err, "RLIMIT_NOFILE");
    expect_lacks("the message", refused.err, "process.");
  }
}
const Case kFew("caller/with-too-few-descriptors-is-told-so", "getrlimit(2)", few_descriptors);

// Limits of the container that the runtime itself could not work under.
void fewest_descriptors(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  for (const char* most : {"0", "3", "6"}) {
    bundle.set_json("/process/rlimits", std::string(R"([{"type": "RLIMIT_NOFILE", "soft": )") +
                                            most + R"(, "hard": )" + most + "}]");
    bundle.shell("ulimit -n; ulimit -Hn");
    const std::string twice = std::string(most) + "\n" + most + "\n";
    expect_equal("soft and hard limit", sandbox.run(bundle).out, twice);
    bundle.shell("sleep 1000");
    sandbox.create_and_start(bundle);
    expect_equal("soft and hard limit of exec",
                 exec(sandbox, {}, {"/bin/sh", "-c", "ulimit -n; ulimit -Hn"}).out, twice);
    sandbox.stop_and_remove();
  }
}
const Case kFewest("process/a-limit-of-no-descriptors-is-exact", "config.md#posix-process",
                   fewest_descriptors);

// A pid namespace in which executing a memfd is forbidden.
Words where_no_memfd_is_executed(const Words& argv) {
  require_file("/proc/sys/vm/memfd_noexec");
  Words words = {require_program("unshare"),
                 "--pid",
                 "--fork",
                 "--mount-proc",
                 "--kill-child",
                 "/bin/sh",
                 "-c",
                 "echo 2 > /proc/sys/vm/memfd_noexec && exec \"$@\"",
                 "sh"};
  words.insert(words.end(), argv.begin(), argv.end());
  return words;
}

std::string quoted(const Words& words) {
  std::string line;
  for (const std::string& word : words)
    line += " '" + word + "'";
  return line;
}

void no_memfd(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  for (const char* kind : {"createRuntime", "createContainer", "startContainer", "poststop"}) {
    bundle.add("/hooks/" + std::string(kind), hook_json(sandbox, {.kind = kind, .text = "true"}));
  }
  bundle.set_json("/linux/seccomp", R"({"defaultAction": "SCMP_ACT_ALLOW"})").write();
  const Words run = {"run", "--bundle", bundle.directory(), sandbox.id()};
  Spawn spawn = sandbox.invocation(run);
  spawn.argv = where_no_memfd_is_executed(spawn.argv);
  const Outcome ran = sandbox.call(spawn);
  expect_equal("exit code of run (" + ran.err + ")", ran.exit_code, 0);
  expect_equal("pid", Facts(ran.out).number("/pid"), 1);

  bundle.shell("sleep 1000").write();
  const std::string id = sandbox.id();
  spawn.argv = where_no_memfd_is_executed(
      {"/bin/sh", "-c",
       quoted(sandbox.invocation({"run", "--detach", "--bundle", bundle.directory(), id}).argv) +
           " > /dev/null 2>&1 < /dev/null;" +
           quoted(sandbox.invocation({"exec", id, "/bin/sh", "-c", "echo executed"}).argv) + ";" +
           quoted(sandbox.invocation({"delete", "--force", id}).argv)});
  const Outcome executed = sandbox.call(spawn);
  expect_equal("output of exec (" + executed.err + ")", executed.out, "executed\n");
}
const Case kNoMemfd("caller/where-no-memfd-is-executed-containers-run", "memfd_create(2)",
                    no_memfd);

void no_memfd_of_a_user(Sandbox& sandbox) {
  const User user(sandbox);
  Bundle bundle = user.bundle();
  bundle.shell("echo ran").write();
  Spawn spawn = user.invocation({"run", "--bundle", bundle.directory(), sandbox.id()});
  const Outcome control = sandbox.call(spawn);
  expect_equal("exit code without it (" + control.err + ")", control.exit_code, 0);
  spawn.argv = where_no_memfd_is_executed(spawn.argv);
  const Outcome ran = sandbox.call(spawn);
  expect_equal("exit code (" + ran.err + ")", ran.exit_code, 0);
  expect_equal("output", ran.out, "ran\n");
}
const Case kNoMemfdOfUser("rootless/where-no-memfd-is-executed-containers-run", "memfd_create(2)",
                          no_memfd_of_a_user);

}  // namespace
}  // namespace oci::conformance
