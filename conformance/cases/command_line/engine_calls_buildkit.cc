// Calls by BuildKit and buildah for a step of a build (cli-contract 1.3, 1.6).
#include <algorithm>
#include <csignal>

#include "conformance/cases/command_line/engine.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"

namespace oci::conformance {
namespace {

// BuildKit itself gives no --root, but the harness must.
Engine buildkit(Sandbox& sandbox) {
  return Engine(sandbox, {"--root", sandbox.state_root(), "--log", sandbox.path("runc-log.json"),
                          "--log-format", "json"});
}

void build_step(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("exit 3").write();
  const std::string& id = sandbox.id();
  Engine engine = buildkit(sandbox);
  const Outcome ran = engine.call({"run", "--bundle", bundle.directory(), "--keep", id});
  expect_equal("exit code of run", ran.exit_code, 3);
  expect_equal("status", engine.status(id), "stopped");
  engine.output({"delete", id});
  expect_equal("records of the log", read_file(sandbox.path("runc-log.json")), "");
}
const Case kStep("cli/the-calls-of-buildkit", "cli-contract 1.3", build_step);

void build_exec(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  const std::string &id = sandbox.id(), pid_file = sandbox.path("exec.pid");
  Engine engine = buildkit(sandbox);
  Command run(engine.spawn({"run", "--bundle", bundle.directory(), "--keep", id}),
              sandbox.directory());
  // BuildKit polls, and takes any error for "not yet".
  json::Document state;
  expect(eventually([&] {
           const Outcome said = engine.call({"state", id});
           if (said.exit_code != 0) return false;
           state = container_state(said.out);
           return std::string(find(state, "/status")->GetString()) == "running";
         }),
         "it never runs");
  expect_equal("rootfs", find(state, "/rootfs")->GetString(), bundle.rootfs(""));
  const std::string process = process_file(sandbox, {"/bin/sh", "-c", "echo inside; exit 5"});
  const Outcome inside = engine.call({"exec", "--process", process, "--pid-file", pid_file, id});
  expect_equal("exit code of exec", inside.exit_code, 5);
  expect_equal("output of exec", inside.out, "inside\n");
  expect(go_atoi(read_file(pid_file)) > 1, "there is no pid");
  engine.output({"kill", id, "9"});
  expect_equal("exit code of run", run.wait().exit_code, 128 + SIGKILL);
  engine.output({"delete", id});
}
const Case kExec("cli/the-calls-of-buildkit-for-exec", "cli-contract 1.3", build_exec);

void buildah(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("trap 'exit 9' TERM; echo ready; while :; do sleep 0.1; done").write();
  const std::string& id = sandbox.id();
  Engine engine(sandbox, {"--root", sandbox.state_root()});
  Spawn create = engine.spawn({"create", "--bundle", bundle.directory(), "--pid-file",
                               bundle.directory() + "/pid", "--no-new-keyring", id});
  create.cwd = bundle.directory();
  create.out_file = sandbox.path("step.out");
  const Outcome created = sandbox.call(create);
  expect_equal("exit code of create (" + trimmed(created.err) + ")", created.exit_code, 0);
  engine.output({"start", id});
  expect(eventually([&] { return read_file(sandbox.path("step.out")) == "ready\n"; }),
         "the step does not begin");
  // Any other status ends the build.
  const Words known = {"creating", "created", "running", "stopped"};
  expect(std::ranges::count(known, engine.status(id)) == 1, "buildah does not know the status");
  engine.output({"kill", id});  // no signal: TERM
  expect(eventually([&] { return engine.status(id) == "stopped"; }), "TERM does not end it");
  const pid_t pid = go_atoi(trimmed(read_file(bundle.directory() + "/pid")));
  expect_equal("exit code", wait_child(pid, 5000).value_or(-1), 9);
  engine.output({"delete", id});
}
const Case kBuildah("cli/the-calls-of-buildah", "cli-contract 1.6", buildah);

void buildah_kill(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  const std::string& id = sandbox.id();
  Engine engine(sandbox, {"--root", sandbox.state_root()});
  engine.output(
      {"create", "--bundle", bundle.directory(), "--pid-file", bundle.directory() + "/pid", id});
  engine.output({"start", id});
  engine.output({"kill", id, "SIGKILL"});
  expect(eventually([&] { return engine.status(id) == "stopped"; }), "SIGKILL does not end it");
  expect_end(go_atoi(read_file(bundle.directory() + "/pid")));
  engine.output({"delete", id});
}
const Case kKill("cli/the-calls-of-buildah-to-end-a-step", "cli-contract 1.6", buildah_kill);

}  // namespace
}  // namespace oci::conformance
