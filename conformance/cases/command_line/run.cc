// run: create, start, wait and delete in one call. Also rounds of many containers at once.
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <memory>
#include <thread>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

void exit_code(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  for (const int code : {0, 1, 7, 127, 255}) {
    bundle.shell("exit " + std::to_string(code));
    expect_equal("exit code", sandbox.run(bundle).exit_code, code);
  }
}
const Case kExitCode("run/exits-with-the-programs-code", "cli-contract 7", exit_code);

void signal_code(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  // The shell is pid 1 and cannot kill itself. The death of a child would not show in the exit
  // code, so the signal comes from outside.
  bundle.shell("echo ready; sleep 30");
  bundle.write();
  Spawn spawn = sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()});
  Command running(spawn, sandbox.directory());
  eventually([&] { return read_file(running.out_file()) == "ready\n"; });
  sandbox.call({"kill", sandbox.id(), "KILL"});
  expect_equal("exit code", running.wait().exit_code, 128 + SIGKILL);
}
const Case kSignalCode("run/exits-with-128-plus-the-signal", "cli-contract 7", signal_code);

void passes_signals(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("trap 'exit 5' TERM; echo ready; while :; do sleep 0.05; done").write();
  Spawn spawn = sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()});
  Command running(spawn, sandbox.directory());
  eventually([&] { return read_file(running.out_file()) == "ready\n"; });
  running.signal(SIGTERM);
  expect_equal("exit code", running.wait().exit_code, 5);
}
const Case kPasses("run/passes-signals-on", "cli-contract 6", passes_signals);

bool sleeps(pid_t pid) {
  return read_file("/proc/" + std::to_string(pid) + "/stat").find(") S ") != std::string::npos;
}

void expect_ended_while_it_waits(Sandbox& sandbox, const Words& words) {
  Command waiting(sandbox.invocation(words), sandbox.directory());
  expect(eventually([&] { return sleeps(waiting.pid()); }), words[0] + " does not wait");
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  expect(sleeps(waiting.pid()), words[0] + " does not wait for a writer");
  waiting.signal(SIGTERM);
  expect(wait_child(waiting.pid(), 5000).has_value(), "SIGTERM does not end " + words[0]);
}

void fifos(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  const std::string fifo = sandbox.path("fifo");
  expect_equal("mkfifo", ::mkfifo(fifo.c_str(), 0600), 0);
  const Words create = {"create", "--bundle", bundle.directory(), sandbox.id()};
  bundle.set("/linux/namespaces/2/path", fifo).write();
  if (sandbox.runtime().json_paths) {
    const Outcome refused = sandbox.call(create);
    expect_contains("the message", refused.err, "'" + fifo + "' is not a namespace of this type");
  }
  Bundle sleeper = sandbox.bundle();
  sandbox.create_and_start(sleeper.shell("sleep 1000"));
  expect_ended_while_it_waits(sandbox, {"exec", "--process", fifo, sandbox.id()});
  sandbox.kill("KILL");
  sandbox.wait_stopped();
  sandbox.remove();
  const std::string config = bundle.directory() + "/config.json";
  expect_equal("unlink", ::unlink(config.c_str()), 0);
  expect_equal("mkfifo", ::mkfifo(config.c_str(), 0600), 0);
  expect_ended_while_it_waits(sandbox, create);
}
const Case kFifos("run/a-fifo-in-place-of-a-file-holds-no-signal-up", "reliability 4", fifos);

void cleans_up(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  sandbox.facts(bundle);
  expect(sandbox.call({"state", sandbox.id()}).exit_code != 0, "the container is still there");
}
const Case kCleans("run/deletes-the-container-at-the-end", "cli-contract 1.3", cleans_up);

void detached(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.args({"/bin/probe", "sleep"});
  const std::string pid_file = sandbox.path("pid");
  const Outcome ran = sandbox.run(bundle, {"--detach", "--pid-file", pid_file});
  expect_equal("exit code", ran.exit_code, 0);
  expect_equal("status", sandbox.status(), "running");
  const json::Document state = sandbox.state();
  expect_equal("pid file", read_file(pid_file), to_text(*find(state, "/pid")));
  sandbox.kill("KILL");
  expect(wait_child(std::stoi(read_file(pid_file)), 5000).has_value(), "it does not end");
  sandbox.remove();
}
const Case kDetached("run/detached-leaves-it-running", "cli-contract 4", detached);

void kept(Sandbox& sandbox) {
  require_option(sandbox, "run", "--keep");
  Bundle bundle = sandbox.bundle();
  bundle.shell("exit 3");
  expect_equal("exit code", sandbox.run(bundle, {"--keep"}).exit_code, 3);
  expect_equal("status", sandbox.status(), "stopped");
  sandbox.remove();
}
const Case kKept("run/keep-leaves-it-for-delete", "cli-contract 1.3", kept);

void standard_streams(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("cat; echo out; echo err >&2").write();
  Spawn spawn = sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()});
  spawn.input = "in\n";
  const Outcome ran = sandbox.call(spawn);
  expect_equal("stdout", ran.out, "in\nout\n");
  expect_equal("stderr", ran.err, "err\n");
}
const Case kStreams("run/hands-the-standard-streams-on", "cli-contract 6", standard_streams);

void bundle_is_the_directory(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("echo here").write();
  Spawn spawn = sandbox.invocation({"run", sandbox.id()});
  spawn.cwd = bundle.directory();
  expect_equal("output from inside the bundle", sandbox.call(spawn).out, "here\n");
  Spawn relative = sandbox.invocation({"run", "--bundle", "bundle", sandbox.id()});
  relative.cwd = sandbox.directory();
  expect_equal("output with a relative bundle", sandbox.call(relative).out, "here\n");
}
const Case kDirectory("run/the-bundle-is-the-current-directory-or-relative-to-it", "cli-contract 6",
                      bundle_is_the_directory);

void a_directory(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("echo here").write();
  expect_equal("output", sandbox.call({"run", bundle.directory()}).out, "here\n");
  Spawn inside = sandbox.invocation({"run", "."});
  inside.cwd = bundle.directory();
  expect_equal("output with .", sandbox.call(inside).out, "here\n");
}
const Case kPath("run/a-path-instead-of-an-id-is-the-bundle", "oci-rt run --help", a_directory);

void rounds(Sandbox& sandbox, int worker, std::string* problem) {
  try {
    const std::string id = sandbox.id() + "-" + std::to_string(worker);
    Sandbox mine(sandbox.runtime(), sandbox.path("worker" + std::to_string(worker)), id,
                 sandbox.parts());
    Bundle bundle = mine.bundle();
    bundle.shell("echo $$");
    for (int round = 0; round < 10; ++round) {
      mine.create_and_start(bundle);
      expect_equal("exit code", mine.wait_stopped(), 0);
      expect_equal("output", mine.said(), "1\n");
      mine.remove();
    }
  } catch (const std::exception& why) {
    *problem = why.what();
  }
}

void many_at_once(Sandbox& sandbox) {
  constexpr int kWorkers = 4;
  std::vector<std::string> problems(kWorkers);
  {
    std::vector<std::jthread> workers;
    for (int worker = 0; worker < kWorkers; ++worker) {
      workers.emplace_back(rounds, std::ref(sandbox), worker, &problems[worker]);
    }
  }
  for (const std::string& problem : problems)
    expect(problem.empty(), problem);
}
const Case kMany("run/forty-containers-four-at-a-time", "reliability 4", many_at_once, 60);

void one_wins(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.args({"/bin/probe", "sleep"}).write();
  std::vector<std::unique_ptr<Command>> racers;
  for (int racer = 0; racer < 6; ++racer) {
    racers.push_back(std::make_unique<Command>(
        sandbox.invocation({"create", "--bundle", bundle.directory(), sandbox.id()}),
        sandbox.directory()));
  }
  int winners = 0;
  for (const auto& racer : racers)
    winners += racer->wait().exit_code == 0 ? 1 : 0;
  expect_equal("creates of one id that succeed", winners, 1);
  expect_equal("status", sandbox.status(), "created");
  expect_equal("delete", sandbox.call({"delete", "--force", sandbox.id()}).exit_code, 0);
}
const Case kOneWins("run/of-six-creates-of-one-id-one-wins", "runtime.md#create", one_wins);

}  // namespace
}  // namespace oci::conformance
