// checkpoint and restore: the container goes on where it was.
#include <fcntl.h>
#include <unistd.h>

#include "conformance/cases/command_line/checkpoint_case.h"
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/terminal.h"

namespace oci::conformance {
namespace {

// Two rounds: what a restore makes must be good enough for a checkpoint.
void goes_on(Sandbox& sandbox) {
  require_criu(sandbox);
  Bundle bundle = sandbox.bundle();
  counter(bundle);
  Saved saved(sandbox, bundle);
  saved.run();
  int number = saved.beyond(3);
  for (int round = 0; round < 2; ++round) {
    const pid_t before = saved.pid();
    saved.checkpoint();
    expect_equal("status after checkpoint", saved.status(), "none");
    expect(wait_child(before, 5000).has_value(), "its init still runs, or is not our child");
    const int stopped = saved.number();
    expect(stopped >= number, "it was stopped before it counted");
    saved.restore();
    expect_equal("status after restore", saved.status(), "running");
    number = saved.beyond(stopped);
    expect_equal("the pid of its init inside",
                 saved.inside({"sh", "-c", "test -d /proc/1 && echo 1"}), "1");
  }
  saved.end();
}
const Case kGoesOn("checkpoint/it-goes-on-where-it-was", "cli-contract 4", goes_on);

void leave_running(Sandbox& sandbox) {
  require_criu(sandbox);
  Bundle bundle = sandbox.bundle();
  counter(bundle);
  Saved saved(sandbox, bundle);
  saved.run();
  saved.beyond(3);
  const pid_t pid = saved.pid();
  saved.checkpoint({"--leave-running"});
  expect_equal("status", saved.status(), "running");
  const int then = saved.number();
  saved.beyond(then + 5);
  saved.end();
  expect(::kill(pid, 0) != 0, "the container had another init");
  write_file(bundle.rootfs("tmp/n"), "0");
  saved.restore();
  const int restored = saved.beyond(0);
  expect(restored >= 3 && restored <= then + 5, "it goes on at " + std::to_string(restored));
  saved.end();
}
const Case kLeaveRunning("checkpoint/it-may-be-left-running", "cli-contract 4", leave_running);

void streams(Sandbox& sandbox) {
  require_criu(sandbox);
  Bundle bundle = sandbox.bundle();
  bundle.shell("i=0; while :; do i=$((i+1)); echo $i; sleep 0.1; done");
  Saved saved(sandbox, bundle);
  int first[2] = {-1, -1}, second[2] = {-1, -1};
  expect(::pipe2(first, O_CLOEXEC) == 0 && ::pipe2(second, O_CLOEXEC) == 0, "no pipe");
  saved.output = first[1];
  saved.run();
  char text[64] = {};
  expect(::read(first[0], text, sizeof text - 1) > 0, "it says nothing");
  ::usleep(400000);
  saved.checkpoint();
  ::close(first[1]);
  std::string before;
  for (ssize_t size; (size = ::read(first[0], text, sizeof text)) > 0;)
    before.append(text, static_cast<size_t>(size));
  ::close(first[0]);
  saved.output = second[1];
  saved.restore();
  ::usleep(400000);
  saved.output = -1;
  saved.end();
  ::close(second[1]);
  std::string after;
  for (ssize_t size; (size = ::read(second[0], text, sizeof text)) > 0;)
    after.append(text, static_cast<size_t>(size));
  ::close(second[0]);
  expect(!lines(before).empty() && !lines(after).empty(), "it says nothing");
  expect_equal("the first line of the restored container", std::stoi(lines(after).front()),
               std::stoi(lines(before).back()) + 1);
}
const Case kStreams("checkpoint/its-pipes-are-those-of-restore", "cli-contract 6", streams);

void terminal(Sandbox& sandbox) {
  require_criu(sandbox);
  Bundle bundle = sandbox.bundle();
  bundle.set("/process/terminal", true)
      .mount("/dev/pts", "devpts", "devpts", {"nosuid", "noexec", "newinstance", "mode=0620"})
      .shell("while read line; do echo \"got $line\"; done");
  Saved saved(sandbox, bundle);
  {
    ConsoleSocket socket(sandbox.path("first"));
    saved.run({"--console-socket", socket.path()});
    Terminal terminal = socket.receive();
    terminal.type("one\n");
    terminal.read_until("got one");
    saved.checkpoint();
  }
  ConsoleSocket socket(sandbox.path("second"));
  saved.restore({"--console-socket", socket.path()});
  Terminal terminal = socket.receive();
  terminal.type("two\n");
  terminal.read_until("got two");
  saved.end();
}
const Case kTerminal("checkpoint/its-terminal-comes-over-the-console-socket", "cli-contract 6",
                     terminal);

void parent(Sandbox& sandbox) {
  require_criu(sandbox);
  const Words tracking = {require_program("criu"), "check", "--feature", "mem_dirty_track"};
  if (run_command({.argv = tracking, .seconds = 60}, sandbox.directory()).exit_code != 0) {
    throw Skipped("the kernel does not track changed memory");
  }
  Bundle bundle = sandbox.bundle();
  counter(bundle);
  Saved saved(sandbox, bundle);
  saved.run();
  saved.beyond(3);
  const Outcome early = sandbox.call(
      {"checkpoint", "--pre-dump", "--image-path", sandbox.path("parent"), sandbox.id()});
  expect(early.exit_code == 0, "pre-dump: " + early.err);
  expect_equal("status after pre-dump", saved.status(), "running");
  saved.beyond(saved.number());
  expect(saved.try_checkpoint({"--parent-path", sandbox.path("parent")}).exit_code != 0,
         "an absolute --parent-path was taken");
  expect(saved.try_checkpoint({"--parent-path", "../missing"}).exit_code != 0,
         "a --parent-path that is not there was taken");
  expect_equal("status after these", saved.status(), "running");
  saved.checkpoint({"--parent-path", "../parent"});
  expect(exists(saved.images() + "/parent"), "the images have no parent");
  const int stopped = saved.number();
  saved.restore();
  saved.beyond(stopped);
  saved.end();
}
const Case kParent("checkpoint/a-pre-dump-is-the-parent-of-the-images", "cli-contract 4", parent);

void paused(Sandbox& sandbox) {
  require_criu(sandbox);
  Bundle bundle = sandbox.bundle();
  counter(bundle);
  Saved saved(sandbox, bundle);
  saved.run();
  saved.beyond(3);
  saved.checkpoint();
  saved.restore();
  saved.beyond(saved.number());
  expect_equal("pause", sandbox.call({"pause", sandbox.id()}).exit_code, 0);
  expect_equal("status", saved.status(), "paused");
  const int still = saved.number();
  ::usleep(300000);
  expect_equal("the number of a paused container", saved.number(), still);
  expect_equal("resume", sandbox.call({"resume", sandbox.id()}).exit_code, 0);
  saved.beyond(still);
  const Outcome listed = sandbox.call({"ps", "--format", "json", sandbox.id()});
  expect_contains("its processes", listed.out, std::to_string(saved.pid()));
  saved.end();
}
const Case kPaused("checkpoint/a-restored-container-is-paused-and-resumed", "cli-contract 4",
                   paused);

}  // namespace
}  // namespace oci::conformance
