// oci-rt gc finds leftovers of a killed oci-rt or of an emptied state root. It removes them on
// request, and nothing else.
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "conformance/harness/case.h"
#include "conformance/harness/command.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

constexpr char kClause[] = "reliability 1 (R4)";

Outcome collect(Sandbox& sandbox, Words options = {}) {
  if (!sandbox.runtime().json_paths) throw Skipped("the verb is oci-rt's own");
  options.insert(options.begin(), "gc");
  return sandbox.call(options);
}

std::string good(Sandbox& sandbox, const Words& options = {}) {
  const Outcome outcome = collect(sandbox, options);
  expect_equal("gc (" + trimmed(outcome.err) + ") exits with", outcome.exit_code, 0);
  return outcome.out;
}

Bundle sleeping(Sandbox& sandbox, const std::string& name = "bundle") {
  require_cgroup2();
  Bundle bundle = sandbox.bundle(name);
  bundle.args({"/bin/probe", "sleep"});
  return bundle;
}

void forget(const Sandbox& sandbox, const std::string& id) {
  std::filesystem::remove_all(sandbox.state_root() + "/" + id);
}

void emptied_root(Sandbox& sandbox) {
  Bundle bundle = sleeping(sandbox);
  const std::string cgroup = cgroup2_mount() + "/" + sandbox.id();
  sandbox.create_and_start(bundle);
  const pid_t init = sandbox.init_pid();
  expect_equal("gc beside a container that lives", good(sandbox), "");
  forget(sandbox, sandbox.id());
  expect_contains("gc", good(sandbox),
                  "found cgroup /" + sandbox.id() + " (PID " + std::to_string(init) + "): ");
  expect_contains("gc", good(sandbox, {"--format", "json"}), "\"removed\":false");
  expect(::kill(init, 0) == 0 && exists(cgroup), "gc removes it without being asked to");
  expect_contains("gc --remove", good(sandbox, {"--remove"}), "removed cgroup /" + sandbox.id());
  expect(wait_child(init, 5000).has_value(), "gc --remove leaves its init");
  expect(!exists(cgroup), "gc --remove leaves its cgroup");
  expect_equal("gc afterwards", good(sandbox), "");
  sandbox.call({"delete", "--force", sandbox.id()});
}
const Case kEmptied("gc/what-an-emptied-state-root-left", kClause, emptied_root);

void killed_creator(Sandbox& sandbox) {
  Bundle bundle = sleeping(sandbox);
  bundle
      .set_json("/hooks",
                R"({"createRuntime": [{"path": "/bin/sh", "args": ["sh", "-c", "echo > )" +
                    sandbox.path("reached") + R"(; exec sleep 1000"]}]})")
      .write();
  Command create(sandbox.invocation({"create", "--bundle", bundle.directory(), sandbox.id()}),
                 sandbox.directory());
  expect(eventually([&] { return exists(sandbox.path("reached")); }), "the hook does not run");
  expect_equal("gc beside a create that is at work", good(sandbox), "");
  create.signal(SIGKILL);
  create.wait();
  expect_contains("gc", good(sandbox), "found container " + sandbox.id());
  expect_contains("gc --remove", good(sandbox, {"--remove"}), "removed container " + sandbox.id());
  expect_equal("gc afterwards", good(sandbox), "");
  expect(!exists(sandbox.state_root() + "/" + sandbox.id()), "the record is left");
  expect(!exists(cgroup2_mount() + "/" + sandbox.id()), "the cgroup is left");
}
const Case kKilledCreator("gc/what-a-killed-create-left", kClause, killed_creator);

// Not leftovers: the cgroup of another state root with the same id, one without a mark, and a
// stopped container.
void others(Sandbox& sandbox) {
  Bundle bundle = sleeping(sandbox);
  sandbox.create_and_start(bundle);
  const pid_t init = sandbox.init_pid();
  const std::string stranger = cgroup2_mount() + "/" + sandbox.id() + "-stranger";
  ::mkdir(stranger.c_str(), 0755);
  Words words = sandbox.invocation({"gc", "--remove"}).argv;
  for (std::string& word : words) {
    if (word == sandbox.state_root()) word = sandbox.path("other-root");
  }
  make_dir(sandbox.path("other-root"));
  const Outcome other = sandbox.call(Spawn{.argv = words});
  const std::string own = good(sandbox, {"--remove"});
  const bool alive = ::kill(init, 0) == 0;
  sandbox.kill("KILL");
  sandbox.wait_stopped();
  const std::string ended = good(sandbox, {"--remove"});
  const std::string state = sandbox.status();
  const bool stays = exists(stranger);
  ::rmdir(stranger.c_str());
  sandbox.remove();
  expect_equal("gc of another state root", other.out, "");
  expect_equal("gc of this one", own + ended, "");
  expect(alive, "a container that lives is ended");
  expect_equal("status of one that ended", state, "stopped");
  expect(stays, "a cgroup without a mark is removed");
}
const Case kOthers("gc/only-its-own-and-only-garbage", kClause, others);

void unreadable(Sandbox& sandbox) {
  Bundle bundle = sleeping(sandbox);
  sandbox.create_and_start(bundle);
  const pid_t init = sandbox.init_pid();
  const std::string aside = sandbox.path("aside"), root = sandbox.state_root();
  std::filesystem::rename(root, aside);
  const Outcome missing = collect(sandbox, {"--remove"});
  write_file(root, "");
  const Outcome no_directory = collect(sandbox, {"--remove"});
  std::filesystem::remove(root);
  std::filesystem::rename(aside, root);
  write_file(root + "/" + sandbox.id() + "/record.json", "");
  expect_equal("gc beside a damaged record", good(sandbox, {"--remove"}), "");
  expect(::kill(init, 0) == 0, "a container that lives is ended");
  sandbox.remove_forced();
  for (const Outcome& outcome : {missing, no_directory}) {
    expect(outcome.exit_code != 0, "gc takes a state root that cannot be read for an empty one");
    expect_contains("the message", outcome.err, "--root");
  }
}
const Case kUnreadable("gc/a-state-root-that-cannot-be-read-is-refused", kClause, unreadable);

}  // namespace
}  // namespace oci::conformance
