// Calls by conmon for podman, and by podman itself (cli-contract 1.4, 1.5).
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

#include "conformance/cases/command_line/engine.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/terminal.h"

namespace oci::conformance {
namespace {

std::string log_of(const Bundle& bundle) {
  return bundle.directory() + "/oci-log";
}

// conmon's --runtime-arg.
Engine conmon(Sandbox& sandbox, const Bundle& bundle) {
  return Engine(sandbox,
                {"--root=" + sandbox.state_root(), "--log-format=json", "--log=" + log_of(bundle)});
}

Spawn create(const Engine& engine, const Bundle& bundle, const std::string& id,
             const Words& more = {}) {
  Words words = {"create", "--bundle", bundle.directory(), "--pid-file",
                 bundle.directory() + "/pidfile"};
  words.insert(words.end(), more.begin(), more.end());
  words.push_back(id);
  Spawn spawn = engine.spawn(words);
  spawn.cwd = bundle.directory();
  spawn.env = {"XDG_RUNTIME_DIR=/run"};  // for root, too
  return spawn;
}

void expect_done(Sandbox& sandbox, Spawn spawn) {
  const std::string verb = shown(spawn.argv);
  const Outcome outcome = sandbox.call(std::move(spawn));
  expect_equal("exit code of " + verb + " (" + trimmed(outcome.err) + ")", outcome.exit_code, 0);
}

pid_t init_of(const Bundle& bundle) {
  return std::atoi(read_file(bundle.directory() + "/pidfile").c_str());
}

void life(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  const std::string &id = sandbox.id(), exec_pid = sandbox.path("exec.pid");
  Engine engine = conmon(sandbox, bundle);
  expect_done(sandbox, create(engine, bundle, id, {"--no-new-keyring"}));
  Engine podman(sandbox, {"--root=" + sandbox.state_root()});
  podman.output({"start", id});
  const std::string process = process_file(sandbox, {"/bin/probe", "sleep"});
  engine.output({"exec", "--pid-file", exec_pid, "--process", process, "--detach", id});
  const pid_t inside = std::atoi(read_file(exec_pid).c_str());
  expect(inside > 1, "there is no pid of exec");
  podman.output({"kill", id, "15"});
  podman.output({"kill", id, "9"});
  expect_end(inside);
  expect_end(init_of(bundle));
  podman.output({"delete", "--force", id});
  podman.output({"delete", "--force", id});  // also after an earlier cleanup
  expect_equal("the log", read_file(log_of(bundle)), "");
}
const Case kLife("cli/the-calls-of-podman-and-conmon", "cli-contract 1.4", life);

void terminal(Sandbox& sandbox) {
  Bundle bundle = with_terminals(sandbox);
  bundle.shell("tty; sleep 1000").set("/process/terminal", true).write();
  const std::string &id = sandbox.id(), exec_pid = sandbox.path("exec.pid");
  Engine engine = conmon(sandbox, bundle);
  ConsoleSocket socket(sandbox.path("conmon-term.sock"));
  expect_done(sandbox, create(engine, bundle, id, {"--console-socket", socket.path()}));
  Terminal console = socket.receive();
  engine.output({"start", id});
  expect_contains("the terminal", console.read_until("\n"), "/dev/");
  const std::string process = process_file(sandbox, {"/bin/sh", "-c", "tty; sleep 1000"}, true);
  engine.output({"exec", "--pid-file", exec_pid, "--process", process, "--detach",
                 "--console-socket", socket.path(), id});
  Terminal other = socket.receive();
  expect_contains("the terminal of exec", other.read_until("\n"), "/dev/pts/");
  engine.output({"kill", "--all", id, "9"});
  expect_end(std::atoi(read_file(exec_pid).c_str()));
  expect_end(init_of(bundle));
  engine.output({"delete", "--force", id});
}
const Case kTerminal("cli/the-calls-of-conmon-for-terminals", "cli-contract 1.4", terminal);

void limits(Sandbox& sandbox) {
  require_cgroup2();
  Bundle bundle = sleeper(sandbox);
  const std::string &id = sandbox.id(), file = sandbox.path("resources.json");
  write_file(file, new_limits());
  Engine engine = conmon(sandbox, bundle);
  expect_done(sandbox, create(engine, bundle, id));
  engine.output({"start", id});
  engine.output({"update", "--resources=" + file, id});
  engine.output({"pause", id});
  engine.output({"resume", id});
  engine.output({"kill", id, "9"});
  expect_end(init_of(bundle));
  engine.output({"delete", "--force", id});
}
const Case kLimits("cli/the-calls-of-podman-for-limits", "cli-contract 1.5", limits);

// podman reads the whole log as one object, so it starts each call without a log file.
void failures(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  const std::string& id = sandbox.id();
  Engine engine = conmon(sandbox, bundle);
  bundle.args({"/bin/none"}).write();
  const Outcome refused = sandbox.call(create(engine, bundle, id));
  expect(refused.exit_code != 0, "a program that is not there was created");
  expect_contains("podman's message", only_error(log_of(bundle)), "/bin/none");
  expect(!refused.err.empty() && refused.err.size() <= 8191,
         "conmon reads 8191 bytes of stderr once, and there are " +
             std::to_string(refused.err.size()));
  engine.output({"delete", "--force", id});
  remove_tree(log_of(bundle));
  bundle.args({"/bin/probe", "sleep"}).write();
  expect_done(sandbox, create(engine, bundle, id));
  engine.output({"start", id});
  const std::string process = process_file(sandbox, {"/bin/none"});
  const Outcome missing = engine.call(
      {"exec", "--pid-file", sandbox.path("exec.pid"), "--process", process, "--detach", id});
  expect(missing.exit_code != 0, "a program that is not there was run");
  expect_contains("podman's message", only_error(log_of(bundle)), "/bin/none");
  engine.output({"kill", id, "9"});
  expect_all_end(init_of(bundle));
  engine.output({"delete", "--force", id});
}
const Case kFailures("cli/podman-reads-why-it-failed-as-one-object", "cli-contract 1.4", failures);

// podman passes extra descriptors, also to exec.
void descriptors(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("sleep 1000").write();
  const std::string& id = sandbox.id();
  Engine engine = conmon(sandbox, bundle);
  expect_done(sandbox, create(engine, bundle, id));
  engine.output({"start", id});
  write_file(sandbox.path("given"), "by descriptor");
  Spawn exec = engine.spawn({"exec", "--preserve-fds", "1", "--process",
                             process_file(sandbox, {"/bin/sh", "-c", "cat <&3"}), id});
  const int file = ::open(sandbox.path("given").c_str(), O_RDONLY | O_CLOEXEC);
  exec.fds = {{file, 3}};
  const Outcome said = sandbox.call(std::move(exec));
  ::close(file);
  expect_equal("text that it reads", said.out, "by descriptor");
  engine.output({"kill", id, "9"});
  expect_end(init_of(bundle));
  engine.output({"delete", "--force", id});
}
const Case kDescriptors("cli/the-calls-of-podman-with-descriptors", "cli-contract 1.4",
                        descriptors);

}  // namespace
}  // namespace oci::conformance
