// Lives of a container in the very words that engines send (cli-contract section 1).
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

// RUNTIME prefix… words…, which must exit 0; what it printed.
std::string sent(Sandbox& sandbox, const Words& prefix, const Words& words,
                 const std::string& cwd = "") {
  Spawn spawn;
  spawn.argv = {sandbox.runtime().path};
  spawn.argv.insert(spawn.argv.end(), prefix.begin(), prefix.end());
  spawn.argv.insert(spawn.argv.end(), words.begin(), words.end());
  spawn.cwd = cwd;
  const Outcome outcome = sandbox.call(spawn);
  expect(outcome.exit_code == 0, shown(words) + " exits " + std::to_string(outcome.exit_code) +
                                     ": " + trimmed(outcome.err));
  return outcome.out;
}

std::string status_in(const std::string& state) {
  const json::Document document = parse_json("the state", state);
  const json::Value* status = find(document, "/status");
  expect(status != nullptr && status->IsString(), "the state has no status");
  return status != nullptr ? status->GetString() : "";
}

Bundle sleeper(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.args({"/bin/probe", "sleep"}).write();
  return bundle;
}

void containerd(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  const std::string& id = sandbox.id();
  const std::string pid_file = bundle.directory() + "/init.pid";
  const Words prefix = {"--root",       sandbox.state_root(),
                        "--log",        bundle.directory() + "/log.json",
                        "--log-format", "json"};
  sent(sandbox, prefix,
       {"create", "--bundle", bundle.directory(), "--pid-file", pid_file, "--no-new-keyring", id});
  const std::string pid = read_file(pid_file);
  expect(!pid.empty() && pid.find_first_not_of("0123456789") == pid.npos,
         "strconv.Atoi cannot read the pid file '" + pid + "'");
  sent(sandbox, prefix, {"start", id});
  expect_contains("the list", sent(sandbox, prefix, {"list", "--format=json"}), id);
  expect_equal("status", status_in(sent(sandbox, prefix, {"state", id})), "running");
  sent(sandbox, prefix, {"kill", "--all", id, "9"});
  expect(wait_child(std::atoi(pid.c_str()), 5000).has_value(), "it lives on after kill --all");
  expect_equal("status", status_in(sent(sandbox, prefix, {"state", id})), "stopped");
  sent(sandbox, prefix, {"delete", id});
  expect_equal("records of the log", read_file(bundle.directory() + "/log.json"), "");
}
const Case kContainerd("cli/the-calls-of-containerd", "cli-contract 1.1", containerd);

void conmon(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  const std::string& id = sandbox.id();
  const std::string pid_file = bundle.directory() + "/pidfile";
  const Words prefix = {"--root=" + sandbox.state_root(), "--log-format=json",
                        "--log=" + bundle.directory() + "/oci-log"};
  sent(sandbox, prefix,
       {"create", "--bundle", bundle.directory(), "--pid-file", pid_file, "--no-new-keyring", id},
       bundle.directory());
  sent(sandbox, prefix, {"start", id});
  sent(sandbox, prefix, {"kill", id, "15"});
  sent(sandbox, prefix, {"kill", id, "9"});
  expect(wait_child(std::atoi(read_file(pid_file).c_str()), 5000).has_value(), "it lives on");
  sent(sandbox, prefix, {"delete", "--force", id});
}
const Case kConmon("cli/the-calls-of-podman-and-conmon", "cli-contract 1.4", conmon);

void buildah(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("echo ran").write();
  const std::string& id = sandbox.id();
  const Words prefix = {"--root", sandbox.state_root()};
  sent(sandbox, prefix,
       {"create", "--bundle", bundle.directory(), "--pid-file", bundle.directory() + "/pid",
        "--no-new-keyring", id},
       bundle.directory());
  sent(sandbox, prefix, {"start", id});
  expect(eventually([&] {
           return status_in(sent(sandbox, prefix, {"state", id})) == "stopped";
         }),
         "the state never says stopped");
  sent(sandbox, prefix, {"delete", id});
}
const Case kBuildah("cli/the-calls-of-buildah", "cli-contract 1.6", buildah);

}  // namespace
}  // namespace oci::conformance
