// Calls by containerd's shim through go-runc, and by Docker on top of it (cli-contract 1.1, 1.2).
#include "conformance/cases/command_line/engine.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/terminal.h"

namespace oci::conformance {
namespace {

std::string log_of(const Bundle& bundle) {
  return bundle.directory() + "/log.json";
}

Words prefix(const Sandbox& sandbox, const std::string& log) {
  return {"--root", sandbox.state_root(), "--log", log, "--log-format", "json"};
}

Words create(const Bundle& bundle, const std::string& id, const Words& more = {}) {
  Words words = {"create", "--bundle", bundle.directory(), "--pid-file",
                 bundle.directory() + "/init.pid"};
  words.insert(words.end(), more.begin(), more.end());
  words.push_back(id);
  return words;
}

pid_t init_of(const Bundle& bundle) {
  return go_atoi(read_file(bundle.directory() + "/init.pid"));
}

void life(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  const std::string& id = sandbox.id();
  Engine shim(sandbox, prefix(sandbox, log_of(bundle)));
  shim.output(create(bundle, id, {"--no-new-keyring"}));
  const pid_t pid = init_of(bundle);
  expect_equal("status", shim.status(id), "created");
  shim.output({"start", id});
  expect_equal("status", shim.status(id), "running");
  const json::Document list = parse_json("the list", shim.combined({"list", "--format=json"}));
  expect(list.IsArray() && list.Size() == 1, "the list has not one container");
  expect_equal("its pid", find(list, "/0/pid")->GetInt(), pid);
  shim.output({"kill", "--all", id, "9"});
  expect_end(pid);
  expect_equal("status", shim.status(id), "stopped");
  shim.output({"delete", id});
  expect_equal("records of the log", read_file(log_of(bundle)), "");
}
const Case kLife("cli/the-calls-of-containerd", "cli-contract 1.1", life);

void exec(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  const std::string &id = sandbox.id(), pid_file = sandbox.path("exec.pid");
  Engine shim(sandbox, prefix(sandbox, log_of(bundle)));
  shim.output(create(bundle, id));
  shim.output({"start", id});
  const std::string waits = process_file(sandbox, {"/bin/probe", "sleep"});
  // The shim gives each exec a log of its own.
  Engine other(sandbox, prefix(sandbox, sandbox.path("exec.json")));
  other.output({"exec", "--process", waits, "--detach", "--pid-file", pid_file, id});
  const pid_t pid = go_atoi(read_file(pid_file));
  const std::string told = shim.combined({"ps", "--format", "json", id});
  const json::Document pids = parse_json("the pids", told);
  expect(pids.IsArray() && pids.Size() == 2, "it lists '" + trimmed(told) + "'");
  expect_contains("the pids", told, std::to_string(pid));
  expect_equal(
      "exit code of a foreground one",
      shim.call({"exec", "--process", process_file(sandbox, {"/bin/sh", "-c", "exit 7"}), id})
          .exit_code,
      7);
  const Outcome missing = other.call({"exec", "--process", process_file(sandbox, {"/bin/none"}),
                                      "--detach", "--pid-file", pid_file, id});
  expect(missing.exit_code != 0, "a program that is not there was run");
  expect_contains("containerd's message", last_error(sandbox.path("exec.json")), "/bin/none");
  shim.output({"kill", "--all", id, "9"});
  expect_all_end(init_of(bundle));
  shim.output({"delete", id});
}
const Case kExec("cli/the-calls-of-containerd-for-exec", "cli-contract 1.1", exec);

void terminals(Sandbox& sandbox) {
  Bundle bundle = with_terminals(sandbox);
  bundle.shell("tty; sleep 1000").set("/process/terminal", true).write();
  const std::string &id = sandbox.id(), pid_file = sandbox.path("exec.pid");
  Engine shim(sandbox, prefix(sandbox, log_of(bundle)));
  ConsoleSocket socket(sandbox.path("pty.sock"));
  shim.output(create(bundle, id, {"--console-socket", socket.path()}));
  Terminal of_init = socket.receive();
  shim.output({"start", id});
  expect_contains("its terminal", of_init.read_until("\n"), "/dev/");
  const std::string process = process_file(sandbox, {"/bin/sh", "-c", "tty; sleep 1000"}, true);
  shim.output({"exec", "--process", process, "--console-socket", socket.path(), "--detach",
               "--pid-file", pid_file, id});
  Terminal of_exec = socket.receive();
  expect_contains("the terminal of exec", of_exec.read_until("\n"), "/dev/pts/");
  shim.output({"kill", "--all", id, "9"});
  expect_end(go_atoi(read_file(pid_file)));
  expect_end(init_of(bundle));
  shim.output({"delete", id});
}
const Case kTerminals("cli/the-calls-of-containerd-for-terminals", "cli-contract 1.1", terminals);

void limits(Sandbox& sandbox) {
  require_cgroup2();
  Bundle bundle = sleeper(sandbox);
  const std::string& id = sandbox.id();
  Engine shim(sandbox, prefix(sandbox, log_of(bundle)));
  shim.output(create(bundle, id));
  shim.output({"start", id});
  shim.output({"update", "--resources=-", id}, new_limits());
  shim.output({"pause", id});
  expect_equal("status", shim.status(id), "paused");
  shim.output({"resume", id});
  expect_equal("status", shim.status(id), "running");
  shim.output({"kill", id, "9"});
  expect_end(init_of(bundle));
  shim.output({"delete", id});
}
const Case kLimits("cli/the-calls-of-containerd-for-limits", "cli-contract 1.1", limits);

// One event of the stream, parsed as go-runc's Event.
void expect_event(const Sandbox& sandbox, const std::string& line) {
  const json::Document event = parse_json("an event", line);
  expect_equal("type", find(event, "/type")->GetString(), "stats");
  expect_equal("id", find(event, "/id")->GetString(), sandbox.id());
  expect(find(event, "/data/cpu/usage/total") != nullptr, "there is no time of the processor");
}

void events(Sandbox& sandbox) {
  require_cgroup2();
  Bundle bundle = sleeper(sandbox);
  const std::string& id = sandbox.id();
  Engine shim(sandbox, prefix(sandbox, log_of(bundle)));
  shim.output(create(bundle, id));
  shim.output({"start", id});
  expect_event(sandbox, shim.output({"events", "--stats", id}));
  Command stream(shim.spawn({"events", "--interval=100ms", id}), sandbox.directory());
  expect(eventually([&] { return !read_file(stream.out_file()).empty(); }), "there are none");
  shim.output({"kill", id, "9"});
  expect_end(init_of(bundle));
  const Outcome streamed = stream.wait();
  expect_equal("exit code", streamed.exit_code, 0);
  for (const std::string& line : lines(streamed.out))
    expect_event(sandbox, line);
  shim.output({"delete", id});
}
const Case kEvents("cli/the-calls-of-containerd-for-events", "cli-contract 1.1", events);

// go-runc's ParsePSOutput: column PID of every row must be a number.
void top(Sandbox& sandbox) {
  require_cgroup2();
  require_program("ps");
  Bundle bundle = sleeper(sandbox);
  const std::string& id = sandbox.id();
  Engine shim(sandbox, prefix(sandbox, log_of(bundle)));
  shim.output(create(bundle, id));
  shim.output({"start", id});
  for (const char* options : {"-ef", "aux"}) {
    const std::vector<std::string> table =
        lines(shim.combined({"ps", "--format", "table", id, options}));
    expect(table.size() == 2, std::to_string(table.size()) + " lines of " + options);
    const Words head = split(table[0], ' '), row = split(table[1], ' ');
    for (size_t at = 0; at < head.size() && at < row.size(); ++at) {
      if (head[at] == "PID") expect_equal("pid", go_atoi(row[at]), init_of(bundle));
    }
  }
  shim.output({"kill", id, "9"});
  expect_end(init_of(bundle));
  shim.output({"delete", id});
}
const Case kTop("cli/the-calls-of-containerd-for-top", "cli-contract 1.1", top);

void failures(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  const std::string &id = sandbox.id(), log = log_of(bundle);
  Engine shim(sandbox, prefix(sandbox, log));
  bundle.args({"/bin/none"}).write();
  expect(shim.call(create(bundle, id)).exit_code != 0, "a program that is not there was created");
  expect_contains("containerd's message", last_error(log), "/bin/none");
  // The shim then deletes. An unknown id must not be a failure for it.
  const Outcome removed = shim.call({"delete", "--force", id});
  expect(removed.exit_code == 0 || removed.err.find("does not exist") != std::string::npos,
         "delete says '" + trimmed(removed.err) + "'");
  bundle.args({"/bin/probe", "sleep"}).write();
  shim.output(create(bundle, id));
  expect(shim.call(create(bundle, id)).exit_code != 0, "an id was given twice");
  expect_contains("containerd's message", last_error(log), "exist");
  shim.output({"kill", id, "9"});
  expect_end(init_of(bundle));
  // checkKillError of the shim: an exited container is not a failure.
  const Outcome late = shim.call({"kill", id, "9"});
  expect(late.exit_code != 0, "a container that ended was signalled");
  const std::string text = last_error(log);
  const auto says = [&](const char* words) { return text.find(words) != text.npos; };
  expect(says("container not running") || says("os: process already finished") ||
             says("no such process") || says("No such process"),
         "the shim takes this for a failure: " + text);
  shim.output({"delete", id});
}
const Case kFailures("cli/containerd-reads-why-it-failed", "cli-contract 1.1", failures);

// Docker's daemon at its start, through the wrapper script that it writes for runtimeArgs.
void docker_probes(Sandbox& sandbox) {
  const std::string wrapper = sandbox.path("wrapper");
  write_file(wrapper,
             "#!/bin/sh\n" + sandbox.runtime().path + " --root " + sandbox.state_root() + " $@\n",
             0755);
  Spawn features;
  features.argv = {wrapper, "features"};
  const Outcome told = run_command(features, sandbox.directory());
  expect_equal("exit code of features", told.exit_code, 0);
  const json::Document document = parse_json("the features", told.out);
  expect(find(document, "/mountOptions") != nullptr, "there are no mountOptions");
  Engine docker(sandbox, {});
  const Version version = docker_version(docker.output({"--version"}));
  expect(!version.name.empty(), "the version has no name");
  expect(version.version.find_first_of("0123456789") == 0, "the version is " + version.version);
  expect(!version.commit.empty(), "the version has no commit");
}
const Case kProbes("cli/the-probes-of-docker", "cli-contract 1.2", docker_probes);

void docker(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  const std::string &id = sandbox.id(), wrapper = sandbox.path("wrapper");
  write_file(wrapper, "#!/bin/sh\n" + sandbox.runtime().path + " --log-format json $@\n", 0755);
  const auto sent = [&](const Words& words) {
    Spawn spawn;
    spawn.argv = {wrapper};
    const Words before = prefix(sandbox, log_of(bundle));
    spawn.argv.insert(spawn.argv.end(), before.begin(), before.end());
    spawn.argv.insert(spawn.argv.end(), words.begin(), words.end());
    const Outcome outcome = sandbox.call(std::move(spawn));
    expect_equal("exit code of " + shown(words) + " (" + trimmed(outcome.err) + ")",
                 outcome.exit_code, 0);
    return outcome.out;
  };
  sent(create(bundle, id));
  sent({"start", id});
  container_state(sent({"state", id}));
  sent({"kill", id, "9"});
  expect_end(init_of(bundle));
  sent({"delete", id});
}
const Case kDocker("cli/the-calls-of-docker-through-its-wrapper", "cli-contract 1.2", docker);

}  // namespace
}  // namespace oci::conformance
