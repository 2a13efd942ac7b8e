// A termination signal during create or run --detach rolls back as in a foreground run: container,
// cgroup and record are removed.
#include <csignal>

#include "conformance/harness/case.h"
#include "conformance/harness/command.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

constexpr char kClause[] = "runtime.md#create";

Bundle with_slow_hook(Sandbox& sandbox, const std::string& seconds) {
  Bundle bundle = sandbox.bundle();
  const std::string script = "echo > " + sandbox.path("reached") + "; sleep " + seconds;
  bundle.args({"/bin/probe", "sleep"})
      .set_json("/hooks", R"({"createRuntime": [{"path": "/bin/sh", "args": ["sh", "-c", ")" +
                              script + R"("]}]})")
      .write();
  return bundle;
}

void undone(Sandbox& sandbox, const Words& verb, int signal) {
  Bundle quick = with_slow_hook(sandbox, "0");
  Words words = verb;
  words.insert(words.end(), {"--bundle", quick.directory(), sandbox.id()});
  expect_equal("the control exits with", sandbox.call(words).exit_code, 0);
  sandbox.remove_forced();
  ::unlink(sandbox.path("reached").c_str());

  with_slow_hook(sandbox, "1000");
  Command command(sandbox.invocation(words), sandbox.directory());
  expect(eventually([&] { return exists(sandbox.path("reached")); }), "the hook does not run");
  command.signal(signal);
  const Outcome ended = command.wait();
  const Outcome state = sandbox.call({"state", sandbox.id()});
  sandbox.call({"delete", "--force", sandbox.id()});
  expect(ended.exit_code != 0, "it succeeds");
  expect(state.exit_code != 0, "it leaves the container: " + state.out);
}

std::vector<Case> all() {
  const struct {
    const char* name;
    Words verb;
  } verbs[] = {{"create", {"create"}}, {"run-detached", {"run", "--detach"}}};
  const struct {
    const char* name;
    int number;
  } signals[] = {{"hup", SIGHUP}, {"int", SIGINT}, {"term", SIGTERM}};
  std::vector<Case> cases;
  cases.reserve(std::size(verbs) * std::size(signals));  // cases register their address
  for (const auto& verb : verbs) {
    for (const auto& signal : signals) {
      cases.emplace_back(std::string("lifecycle/") + signal.name + "-undoes-" + verb.name, kClause,
                         [words = verb.verb, number = signal.number](Sandbox& sandbox) {
                           undone(sandbox, words, number);
                         });
    }
  }
  return cases;
}
const std::vector<Case> kAll = all();

}  // namespace
}  // namespace oci::conformance
