// Mistakes in a config that only the host reveals.
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

// Several kinds of mistakes. With one refusal at a time, the user would have to fix them one by
// one.
Bundle& with_mistakes(Bundle& bundle) {
  bundle.mount("/a", "bind", "/nowhere/a", {"bind"})
      .mount("/b", "bind", "/proc/version", {"bind"})
      .mount("/c", "bind", "c", {"rbind", "ro"})
      .new_namespace("uts", "/proc/1/ns/nothing")
      .set_json("/linux/sysctl", R"({"fs.mqueue.nothing": "1"})");
  return bundle.add("/hooks/poststart", R"({"path": "/nowhere/hook"})");
}

// Each line of a refusal must be "config.json:LINE:COLUMN: PROPERTY: …".
void expect_all(const std::string& said, const Words& properties) {
  const std::vector<std::string> told = lines(said);
  expect_equal("lines of the message", told.size(), properties.size());
  for (size_t i = 0; i < properties.size(); ++i) {
    expect_contains("line " + std::to_string(i + 1), told[i], ": " + properties[i] + ": ");
    expect_contains("line " + std::to_string(i + 1), told[i], "config.json:");
  }
}

const Words kProperties = {"mounts[1].source", "mounts[3].source", "linux.namespaces[4].path",
                           "linux.sysctl[\"fs.mqueue.nothing\"]", "hooks.poststart[0].path"};

void at_once(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  expect_equal("the control exits with", sandbox.run(bundle).exit_code, 0);
  const Outcome refused = sandbox.try_create(with_mistakes(bundle));
  expect(refused.exit_code != 0, "the config is accepted");
  if (!sandbox.runtime().json_paths) return;
  expect_all(refused.err, kProperties);
}
const Case kAtOnce("config/all-mistakes-about-the-host-are-told-at-once", "cli-contract 8",
                   at_once);

void root_as_well(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  expect_equal("the control exits with", sandbox.run(bundle).exit_code, 0);
  const Outcome refused = sandbox.try_create(with_mistakes(bundle).set("/root/path", "missing"));
  expect(refused.exit_code != 0, "the config is accepted");
  if (!sandbox.runtime().json_paths) return;
  Words properties = {"root.path"};
  properties.insert(properties.end(), kProperties.begin(), kProperties.end());
  const std::vector<std::string> told = lines(refused.err);
  expect_equal("lines of the message", told.size(), properties.size());
  for (const std::string& property : properties)
    expect_contains("the message", refused.err, ": " + property + ": ");
}
const Case kRoot("config/a-missing-root-hides-no-other-mistake", "cli-contract 8", root_as_well);

void one_alone(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  expect_refusal(sandbox, bundle, {"mounts[1].source: '/nowhere/a' does not exist", {"/nowhere/a"}},
                 [](Bundle& spoilt) { spoilt.mount("/a", "bind", "/nowhere/a", {"bind"}); });
}
const Case kAlone("config/one-mistake-about-the-host-is-one-line", "config.md#mounts", one_alone);

void plan_tells(Sandbox& sandbox) {
  if (!sandbox.runtime().json_paths) throw Skipped("it has no verb plan");
  Bundle bundle = sandbox.bundle();
  bundle.write();
  expect_equal("plan of the control",
               sandbox.call({"plan", "--bundle", bundle.directory()}).exit_code, 0);
  with_mistakes(bundle).write();
  const Outcome refused = sandbox.call({"plan", "--bundle", bundle.directory()});
  expect_equal("exit code", refused.exit_code, 1);
  expect_equal("the plan", refused.out, "");
  expect_all(refused.err, kProperties);
}
const Case kPlan("config/plan-tells-all-mistakes-about-the-host", "cli-contract 8", plan_tells);

}  // namespace
}  // namespace oci::conformance
