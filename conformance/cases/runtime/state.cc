// The state document (runtime.md#state), and the extra keys for engines (cli-contract 5.1).
#include <csignal>
#include <cstdint>
#include <filesystem>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

std::string text_of(const json::Document& state, const char* pointer) {
  const json::Value* value = find(state, pointer);
  const bool is_text = value != nullptr && value->IsString();
  expect(is_text, std::string("the state has no ") + pointer);
  return is_text ? value->GetString() : "";
}

int64_t number_of(const json::Document& state, const char* pointer) {
  const json::Value* value = find(state, pointer);
  const bool is_number = value != nullptr && value->IsInt64();
  expect(is_number, std::string("the state has no number ") + pointer);
  return is_number ? value->GetInt64() : 0;
}

Bundle sleeper(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.args({"/bin/probe", "sleep"});
  return bundle;
}

void fields(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  sandbox.create_and_start(bundle);
  const json::Document state = sandbox.state();
  expect_contains("ociVersion", text_of(state, "/ociVersion"), "1.");
  expect_equal("id", text_of(state, "/id"), sandbox.id());
  expect_equal("status", text_of(state, "/status"), "running");
  expect_equal("pid", number_of(state, "/pid"), sandbox.init_pid());
  expect_equal("bundle", text_of(state, "/bundle"), bundle.directory());
  sandbox.stop_and_remove();
}
const Case kFields("state/required-fields", "runtime.md#state", fields);

void for_engines(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  sandbox.create(bundle);
  const json::Document state = sandbox.state();
  expect_equal("rootfs", text_of(state, "/rootfs"), bundle.rootfs());
  const std::string created = text_of(state, "/created");
  expect(created.size() >= 20 && created[10] == 'T' && created.back() == 'Z',
         "created is '" + created + "', not RFC 3339 in UTC");
  expect_equal("owner", text_of(state, "/owner").empty() || text_of(state, "/owner") == "root",
               true);
  sandbox.remove();
}
const Case kEngines("state/rootfs-created-and-owner", "cli-contract 5.1", for_engines);

void stopped_pid(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  sandbox.create_and_start(bundle);
  sandbox.wait_stopped();
  const json::Document state = sandbox.state();
  expect_equal("status", text_of(state, "/status"), "stopped");
  expect_equal("pid", number_of(state, "/pid"), 0);
  sandbox.remove();
}
const Case kStoppedPid("state/the-pid-is-0-when-stopped", "cli-contract 5.1", stopped_pid);

void only_the_document(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  sandbox.create(bundle);
  const Outcome outcome = sandbox.call({"state", sandbox.id()});
  expect_equal("stderr", outcome.err, "");
  parse_json("stdout", outcome.out);
  sandbox.remove();
}
const Case kOnly("state/nothing-but-the-document-is-printed", "cli-contract 1.1",
                 only_the_document);

void annotations(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  bundle.set_json("/annotations",
                  R"({"org.example.key": "value \" \\ ü", "org.example.empty": ""})");
  sandbox.create(bundle);
  const json::Document state = sandbox.state();
  expect_equal("an annotation", text_of(state, "/annotations/org.example.key"), "value \" \\ ü");
  expect_equal("an empty one", text_of(state, "/annotations/org.example.empty"), "");
  sandbox.remove();
}
const Case kAnnotations("state/annotations-are-in-it", "runtime.md#state", annotations);

// annotations.md#pre-defined-annotation-keys: they describe the image, and have no effect.
void image_annotations(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  for (const char* key : {"os", "architecture", "variant", "author", "created", "stopSignal"}) {
    bundle.set(std::string("/annotations/org.opencontainers.image.") + key, "SIGRTMIN+3");
  }
  sandbox.create_and_start(bundle);
  const json::Document state = sandbox.state();
  expect_equal("one", text_of(state, "/annotations/org.opencontainers.image.stopSignal"),
               "SIGRTMIN+3");
  sandbox.stop_and_remove();
}
const Case kImage("state/annotations-about-the-image-are-in-it",
                  "annotations.md#pre-defined-annotation-keys", image_annotations);

void a_killed_init(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  sandbox.create_and_start(bundle);
  ::kill(sandbox.init_pid(), SIGKILL);
  sandbox.wait_stopped();
  expect_equal("status", sandbox.status(), "stopped");
  sandbox.remove();
}
const Case kKilled("state/a-program-killed-from-outside-is-stopped", "runtime.md#state",
                   a_killed_init);

void a_zombie(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  sandbox.create_and_start(bundle);
  // Not reaped here: engines read the state before they reap.
  expect(eventually([&] { return sandbox.status() == "stopped"; }), "a zombie counts as running");
  sandbox.wait_stopped();
  sandbox.remove();
}
const Case kZombie("state/a-zombie-is-stopped", "runtime.md#state", a_zombie);

void pid_namespaces(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  bundle.set("/hostname", "seen-by-pid");
  sandbox.create(bundle);
  const std::string own = std::filesystem::read_symlink("/proc/self/ns/uts");
  const std::string its =
      std::filesystem::read_symlink("/proc/" + std::to_string(sandbox.init_pid()) + "/ns/uts");
  expect(own != its, "the pid is not that of a process in the container");
  sandbox.remove();
}
const Case kPid("state/the-pid-leads-to-the-containers-namespaces", "runtime.md#state",
                pid_namespaces);

}  // namespace
}  // namespace oci::conformance
