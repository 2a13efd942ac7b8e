// Effects of the options of exec on the process, and on a paused container (cli-contract 4, 6).
#include <unistd.h>

#include "conformance/cases/command_line/exec_case.h"
#include "conformance/cases/config/apparmor_case.h"
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/facts.h"
#include "conformance/harness/files.h"
#include "conformance/harness/leaks.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"
#include "conformance/harness/terminal.h"

namespace oci::conformance {
namespace {

Bundle sleeping(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("sleep 1000");
  return bundle;
}

void no_new_privileges(Sandbox& sandbox) {
  Bundle bundle = sleeping(sandbox);
  sandbox.create_and_start(bundle);
  expect_equal("without the option", exec_facts(sandbox).text("/no_new_privs"), "0");
  expect_equal("with it", exec_facts(sandbox, {"--no-new-privs"}).text("/no_new_privs"), "1");
  sandbox.stop_and_remove();
}
const Case kNoNewPrivileges("exec/no-new-privs-holds-for-the-process", "cli-contract 4",
                            no_new_privileges);

void start_and_pause(Sandbox& sandbox) {
  require_cgroup2();
  require_option(sandbox, "exec", "--ignore-paused");
  Bundle bundle = sleeping(sandbox);
  sandbox.create_and_start(bundle);
  expect_equal("exit code of pause", sandbox.call({"pause", sandbox.id()}).exit_code, 0);
}

void paused(Sandbox& sandbox) {
  start_and_pause(sandbox);
  const Outcome refused = exec(sandbox, {}, {"true"});
  expect(refused.exit_code != 0, "without the option it runs in a paused container");
  expect_contains("the message", refused.err, "paused");
  Command waiting(sandbox.invocation(
                      exec_of(sandbox, {"--ignore-paused"}, {"/bin/sh", "-c", "echo ran; exit 6"})),
                  sandbox.directory());
  expect(!eventually([&] { return !waiting.running(); }, 400), "it ends in a paused container");
  expect_equal("output while all is paused", read_file(waiting.out_file()), "");
  expect_equal("exit code of resume", sandbox.call({"resume", sandbox.id()}).exit_code, 0);
  const Outcome ran = waiting.wait();
  expect_equal("its output (" + trimmed(ran.err) + ")", ran.out, "ran\n");
  expect_equal("its exit code", ran.exit_code, 6);
  sandbox.stop_and_remove();
}
const Case kPaused("exec/ignore-paused-waits-until-the-container-is-resumed", "cli-contract 8.2",
                   paused);

// Never resumed: the waiting exec ends with the container.
void never_resumed(Sandbox& sandbox) {
  start_and_pause(sandbox);
  Command waiting(sandbox.invocation(exec_of(sandbox, {"--ignore-paused"}, {"sleep", "1000"})),
                  sandbox.directory());
  expect(!eventually([&] { return !waiting.running(); }, 400), "it ends in a paused container");
  sandbox.remove_forced();
  expect(waiting.wait().exit_code != 0, "exec in a container that was deleted exits 0");
}
const Case kNeverResumed("exec/ignore-paused-ends-with-the-container", "cli-contract 8.2",
                         never_resumed);

// One message with one descriptor, for any path of the socket.
void pidfd(Sandbox& sandbox) {
  require_option(sandbox, "exec", "--pidfd-socket");
  Bundle bundle = sleeping(sandbox);
  sandbox.create_and_start(bundle);
  const std::string file = sandbox.path("exec.pid");
  for (const std::string& path : {sandbox.path("pidfd.sock"), long_path(sandbox, "pidfd.sock")}) {
    ConsoleSocket socket(path);
    const Outcome outcome =
        exec(sandbox, {"--detach", "--pid-file", file, "--pidfd-socket", path}, {"sleep", "1000"});
    expect_equal("exit code (" + outcome.err + ")", outcome.exit_code, 0);
    const Terminal received = socket.receive();
    const std::string pid = read_file(file);
    const std::string info = read_file("/proc/self/fdinfo/" + std::to_string(received.master()));
    expect_contains("the received pidfd", info, "Pid:\t" + pid + "\n");
    end(std::stoi(pid));
  }
  sandbox.stop_and_remove();
}
const Case kPidfd("exec/the-pidfd-comes-over-its-socket", "cli-contract 6", pidfd);

// exec with `options` is refused with a message that names the property, and works without them.
void expect_exec_refused(Sandbox& sandbox, const Words& options, const Mistake& mistake) {
  Bundle bundle = sleeping(sandbox);
  sandbox.create_and_start(bundle);
  expect_equal("exit code without " + options[0], exec(sandbox, {}, {"true"}).exit_code, 0);
  const size_t processes = descendants(::getpid()).size();
  const Outcome refused = exec(sandbox, options, {"touch", "/tmp/ran"});
  expect(refused.exit_code != 0, options[0] + " " + options[1] + " is accepted");
  bool named = sandbox.runtime().json_paths && refused.err.find(mistake.path) != refused.err.npos;
  for (const std::string& word : mistake.any_of)
    named = named || (!sandbox.runtime().json_paths && refused.err.find(word) != refused.err.npos);
  expect(named, "the message does not name it: " + trimmed(refused.err));
  expect(!exists(bundle.rootfs("tmp/ran")), "the program ran");
  expect(eventually([&] { return descendants(::getpid()).size() == processes; }),
         "a process of the refused exec is left");
  sandbox.stop_and_remove();
}

// A profile that is not loaded. Where AppArmor is off, every profile is refused.
void no_such_profile(Sandbox& sandbox) {
  expect_exec_refused(sandbox, {"--apparmor", "oci-no-such-profile"},
                      {"process.apparmorProfile", {"apparmor", "AppArmor"}});
}
const Case kNoProfile("exec/an-apparmor-profile-that-cannot-be-had-is-refused", "cli-contract 4",
                      no_such_profile);

void profile(Sandbox& sandbox) {
  const Profile loaded(sandbox);
  Bundle bundle = sleeping(sandbox);
  sandbox.create_and_start(bundle);
  const std::string without = trimmed(exec_facts(sandbox).text("/apparmor"));
  const Facts seen = exec_facts(sandbox, {"--apparmor", loaded.name()});
  const std::string confined = loaded.name() + " (enforce)";
  expect_equal("label", trimmed(seen.text("/apparmor")), confined);
  expect(without != confined, "without the option it is under the profile as well");
  sandbox.stop_and_remove();
}
const Case kProfile("exec/apparmor-is-the-profile-of-the-process", "cli-contract 4", profile);

void no_selinux(Sandbox& sandbox) {
  if (exists("/sys/fs/selinux/enforce")) throw Skipped("SELinux is on");
  expect_exec_refused(sandbox, {"--process-label", "system_u:system_r:container_t:s0"},
                      {"process.selinuxLabel", {"selinux", "SELinux"}});
}
const Case kNoSelinux("exec/a-process-label-where-selinux-is-off-is-refused", "cli-contract 4",
                      no_selinux);

}  // namespace
}  // namespace oci::conformance
