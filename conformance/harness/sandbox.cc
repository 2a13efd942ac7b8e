#include "conformance/harness/sandbox.h"

#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"

namespace oci::conformance {
namespace {

void expect_success(const std::string& what, const Outcome& outcome) {
  if (outcome.exit_code != 0) {
    throw Failed(what + " exits " + std::to_string(outcome.exit_code) + ": " +
                 trimmed(outcome.err.substr(0, 600)));
  }
}

bool has(const Words& words, std::initializer_list<const char*> any_of) {
  return std::ranges::any_of(
      any_of, [&](const char* word) { return std::ranges::find(words, word) != words.end(); });
}

}  // namespace

Sandbox::Sandbox(const Runtime& runtime, std::string directory, std::string id, Template parts)
    : runtime_(runtime),
      directory_(std::move(directory)),
      id_(std::move(id)),
      parts_(std::move(parts)) {
  make_dir(state_root());
}

std::string Sandbox::path(std::string_view name) const {
  return directory_ + "/" + std::string(name);
}

Bundle Sandbox::bundle(const std::string& name) {
  return {path(name), parts_};
}

Spawn Sandbox::invocation(const Words& arguments) const {
  Spawn spawn;
  spawn.argv = {runtime_.path};
  spawn.argv.insert(spawn.argv.end(), runtime_.words.begin(), runtime_.words.end());
  spawn.argv.insert(spawn.argv.end(), {"--root", state_root()});
  spawn.argv.insert(spawn.argv.end(), arguments.begin(), arguments.end());
  return spawn;
}

// Keeps `alive_`: the containers that clean_up() has to delete.
void Sandbox::note(const Words& argv, const Outcome& outcome) {
  const bool stays =
      has(argv, {"create"}) || (has(argv, {"run"}) && has(argv, {"-d", "--detach", "--keep"}));
  if (stays && outcome.exit_code == 0) alive_.insert(argv.back());
  if (has(argv, {"delete"}) && outcome.exit_code == 0) alive_.erase(argv.back());
}

Outcome Sandbox::call(const Words& arguments) {
  return call(invocation(arguments));
}

Outcome Sandbox::call(Spawn spawn) {
  const Words argv = spawn.argv;
  Outcome outcome = run_command(std::move(spawn), directory_);
  note(argv, outcome);
  return outcome;
}

Outcome Sandbox::run(Bundle& bundle, const Words& options) {
  bundle.write();
  Words words = {"run", "--bundle", bundle.directory()};
  words.insert(words.end(), options.begin(), options.end());
  words.push_back(id_);
  return call(words);
}

Facts Sandbox::facts(Bundle& bundle, const Words& options) {
  const Outcome outcome = run(bundle, options);
  expect_success("run", outcome);
  return Facts(outcome.out);
}

std::string Sandbox::output(Bundle& bundle, const std::string& script) {
  const Outcome outcome = run(bundle.shell(script));
  expect_success("run", outcome);
  return outcome.out;
}

Outcome Sandbox::try_create(Bundle& bundle, const Words& options) {
  bundle.write();
  const std::string pid_file = path("init.pid");
  remove_tree(pid_file);
  Words words = {"create", "--bundle", bundle.directory(), "--pid-file", pid_file};
  words.insert(words.end(), options.begin(), options.end());
  words.push_back(id_);
  Spawn spawn = invocation(words);
  container_out_ = spawn.out_file = path("container.out");
  remove_tree(container_out_);
  Outcome outcome = call(std::move(spawn));
  pid_ = 0;
  exit_code_.reset();
  if (outcome.exit_code == 0) pid_ = std::atoi(read_file(pid_file).c_str());
  return outcome;
}

void Sandbox::create(Bundle& bundle, const Words& options) {
  expect_success("create", try_create(bundle, options));
}

void Sandbox::start() {
  expect_success("start", call({"start", id_}));
}

void Sandbox::create_and_start(Bundle& bundle, const Words& options) {
  create(bundle, options);
  start();
}

void Sandbox::kill(const std::string& signal) {
  expect_success("kill", call({"kill", id_, signal}));
}

void Sandbox::remove() {
  expect_success("delete", call({"delete", id_}));
}

void Sandbox::remove_forced() {
  expect_success("delete --force", call({"delete", "--force", id_}));
}

void Sandbox::stop_and_remove() {
  if (status() != "stopped") kill("KILL");
  wait_stopped();
  remove();
}

json::Document Sandbox::state() {
  const Outcome outcome = call({"state", id_});
  expect_success("state", outcome);
  return parse_json("the state", outcome.out);
}

std::string Sandbox::status() {
  const json::Document document = state();
  const json::Value* status = find(document, "/status");
  expect(status && status->IsString(), "the state has no status");
  return status->GetString();
}

pid_t Sandbox::init_pid() {
  expect(pid_ > 0, "create wrote no pid file");
  return pid_;
}

// The case is a subreaper: the container's process becomes its child after the runtime exits.
int Sandbox::wait_stopped() {
  if (!exit_code_) exit_code_ = wait_child(init_pid(), 10000);
  expect(exit_code_.has_value(), "the container's process does not end, or is not our child");
  return *exit_code_;
}

std::string Sandbox::said() {
  return read_file(container_out_);
}

std::string Sandbox::said(size_t want_lines) {
  eventually([&] { return lines(said()).size() >= want_lines; });
  return said();
}

void Sandbox::clean_up() {
  const std::set<std::string> left = alive_;
  for (const std::string& id : left)
    call({"delete", "--force", id});
}

}  // namespace oci::conformance
