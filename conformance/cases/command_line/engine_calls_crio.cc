// Calls by CRI-O, and by conmon-rs for it (cli-contract 1.7, 1.8).
#include "conformance/cases/command_line/engine.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/terminal.h"

namespace oci::conformance {
namespace {

Engine crio(Sandbox& sandbox) {
  return Engine(sandbox, {"--root=" + sandbox.state_root()});
}

void create(Engine& engine, const Bundle& bundle, const std::string& id) {
  engine.output({"create", "--bundle", bundle.directory(), "--pid-file",
                 bundle.directory() + "/pidfile", id});
}

pid_t init_of(const Bundle& bundle) {
  return rust_u32(read_file(bundle.directory() + "/pidfile"));
}

void life(Sandbox& sandbox) {
  require_cgroup2();
  Bundle bundle = sleeper(sandbox);
  const std::string& id = sandbox.id();
  Engine engine = crio(sandbox);
  create(engine, bundle, id);
  engine.output({"start", id});
  expect_equal("status", engine.status(id), "running");
  const Outcome inside = engine.call(
      {"exec", "--process",
       process_file(sandbox, {"/bin/sh", "-c", "echo out; echo err >&2; exit 42"}), id});
  expect_equal("exit code of exec", inside.exit_code, 42);
  expect_equal("its output", inside.out + inside.err, "out\nerr\n");
  engine.output({"update", "--resources", "-", id}, new_limits());
  engine.output({"pause", id});
  engine.output({"resume", id});
  engine.output({"kill", "-a", id, "9"});
  expect_end(init_of(bundle));
  expect_equal("status", engine.status(id), "stopped");
  // isNotFound() searches for these phrases, case-sensitive.
  const Outcome late = engine.call({"kill", id, "KILL"});
  expect(late.exit_code != 0, "a container that ended was signalled");
  expect(late.err.find("no such process") != late.err.npos ||
             late.err.find("container not running") != late.err.npos ||
             late.err.find("invalid process") != late.err.npos,
         "CRI-O takes this for a failure: " + trimmed(late.err));
  engine.output({"delete", "--force", id});
}
const Case kLife("cli/the-calls-of-cri-o", "cli-contract 1.7", life);

void names(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("trap 'exit 4' USR1; echo ready; while :; do sleep 0.1; done").write();
  const std::string& id = sandbox.id();
  Engine engine = crio(sandbox);
  Spawn spawn = engine.spawn({"create", "--bundle", bundle.directory(), "--pid-file",
                              bundle.directory() + "/pidfile", id});
  spawn.out_file = sandbox.path("out");
  expect_equal("exit code of create", sandbox.call(std::move(spawn)).exit_code, 0);
  engine.output({"start", id});
  expect(eventually([&] { return read_file(sandbox.path("out")) == "ready\n"; }), "no beginning");
  engine.output({"kill", id, "SIGUSR1"});
  expect_equal("exit code", wait_child(init_of(bundle), 5000).value_or(-1), 4);
  engine.output({"delete", "--force", id});
}
const Case kNames("cli/the-calls-of-cri-o-with-names-of-signals", "cli-contract 1.7", names);

void probes(Sandbox& sandbox) {
  Engine engine(sandbox, {});
  expect_contains("the version", engine.combined({"--version"}), "version");
  const json::Document features = parse_json("both streams", engine.combined({"features"}));
  for (const char* field : {"/ociVersionMin", "/ociVersionMax"}) {
    const json::Value* value = find(features, field);
    expect(value != nullptr && value->IsString(), std::string("there is no ") + field);
  }
}
const Case kProbes("cli/the-probes-of-cri-o", "cli-contract 1.7", probes);

// conmon-rs gives the default options twice.
Engine conmon_rs(Sandbox& sandbox) {
  const std::string root = "--root=" + sandbox.state_root();
  return Engine(sandbox, {root, root});
}

void pod(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  const std::string &id = sandbox.id(), pid_file = sandbox.path("exec.pid");
  Engine engine = conmon_rs(sandbox);
  create(engine, bundle, id);
  engine.output({"start", id});
  engine.output({"exec", "-d", "--pid-file=" + pid_file, id, "/bin/sh", "-c",
                 "exec /bin/probe sleep --not-an-option"});
  const pid_t inside = rust_u32(read_file(pid_file));
  engine.output({"kill", id, "9"});
  expect_end(inside);
  expect_end(init_of(bundle));
  engine.output({"delete", id});
}
const Case kPod("cli/the-calls-of-conmon-rs", "cli-contract 1.8", pod);

void pod_terminal(Sandbox& sandbox) {
  Bundle bundle = with_terminals(sandbox);
  bundle.args({"/bin/probe", "sleep"}).write();
  const std::string &id = sandbox.id(), pid_file = sandbox.path("exec.pid");
  Engine engine = conmon_rs(sandbox);
  create(engine, bundle, id);
  engine.output({"start", id});
  ConsoleSocket socket(sandbox.path("term.sock"));
  engine.output({"exec", "-d", "--console-socket=" + socket.path(), "--tty",
                 "--pid-file=" + pid_file, id, "sh", "-c", "tty; sleep 1000"});
  Terminal terminal = socket.receive();
  expect_contains("its terminal", terminal.read_until("\n"), "/dev/pts/");
  engine.output({"kill", id, "9"});
  expect_end(rust_u32(read_file(pid_file)));
  expect_end(init_of(bundle));
  engine.output({"delete", id});
}
const Case kPodTerminal("cli/the-calls-of-conmon-rs-for-terminals", "cli-contract 1.8",
                        pod_terminal);

void pod_failure(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  const std::string& id = sandbox.id();
  Engine engine = conmon_rs(sandbox);
  create(engine, bundle, id);
  engine.output({"start", id});
  const Outcome missing =
      engine.call({"exec", "-d", "--pid-file=" + sandbox.path("exec.pid"), id, "b\xc3\xa4h"});
  expect(missing.exit_code != 0, "a program that is not there was run");
  expect(is_utf8(missing.err), "from_utf8() refuses the bytes on stderr");
  expect_contains("stderr", missing.err, "b\xc3\xa4h");
  engine.output({"kill", id, "9"});
  expect_all_end(init_of(bundle));
  engine.output({"delete", id});
}
const Case kPodFailure("cli/conmon-rs-reads-why-it-failed", "cli-contract 1.8", pod_failure);

}  // namespace
}  // namespace oci::conformance
