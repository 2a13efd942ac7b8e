#include "conformance/cases/command_line/checkpoint_case.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cstdlib>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"

namespace oci::conformance {

void require_criu(Sandbox& sandbox) {
  const std::string criu = require_program("criu");
  if (::geteuid() != 0) throw Skipped("CRIU needs root");
  require_cgroup2();
  if (run_command({.argv = {criu, "check"}, .seconds = 60}, sandbox.directory()).exit_code != 0) {
    throw Skipped("CRIU does not run on this kernel");
  }
  const Outcome asked = sandbox.call({"checkpoint", "--help"});
  // One that names properties takes every CRIU that runs.
  expect(asked.exit_code == 0 || !sandbox.runtime().json_paths, "--help: " + asked.err);
  if (asked.exit_code != 0) throw Skipped("the runtime has no CRIU support");
}

void counter(Bundle& bundle, const std::string& before) {
  bundle.set("/root/readonly", false)
      .shell(before + "i=0; while :; do i=$((i+1)); echo $i >/tmp/n; sleep 0.1; done");
}

Saved::Saved(Sandbox& sandbox, Bundle& bundle)
    : sandbox_(sandbox),
      bundle_(bundle),
      images_(sandbox.path("images")),
      work_(sandbox.path("work")) {
  bundle.write();
}

Saved::~Saved() {
  sandbox_.call({"delete", "--force", sandbox_.id()});
}

Outcome Saved::call(const Words& words) {
  Words all = {"--log", sandbox_.path("call.log")};
  all.insert(all.end(), words.begin(), words.end());
  Spawn spawn = sandbox_.invocation(all);
  spawn.seconds = 60;
  const int to = output;
  spawn.before = [to] {
    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    ::dup2(null, STDIN_FILENO);
    ::dup2(to < 0 ? null : to, STDOUT_FILENO);
    ::dup2(to < 0 ? null : to, STDERR_FILENO);
  };
  return sandbox_.call(std::move(spawn));
}

Words Saved::with_paths(const std::string& verb, const Words& options) const {
  Words words = {verb, "--image-path", images_, "--work-path", work_};
  words.insert(words.end(), options.begin(), options.end());
  words.push_back(sandbox_.id());
  return words;
}

void Saved::run(const Words& options) {
  Words words = {
      "run", "--detach", "--bundle", bundle_.directory(), "--pid-file", sandbox_.path("init.pid")};
  words.insert(words.end(), options.begin(), options.end());
  words.push_back(sandbox_.id());
  const Outcome outcome = call(words);
  expect(outcome.exit_code == 0, "run: " + message());
}

// Its messages are needed, so that only its container would keep other streams.
Outcome Saved::try_checkpoint(const Words& options) {
  Spawn spawn = sandbox_.invocation(with_paths("checkpoint", options));
  spawn.seconds = 60;
  return sandbox_.call(std::move(spawn));
}

void Saved::checkpoint(const Words& options) {
  const Outcome outcome = try_checkpoint(options);
  expect(outcome.exit_code == 0, "checkpoint: " + trimmed(outcome.err));
}

Outcome Saved::try_restore(const Words& options) {
  Words words = {"--detach", "--bundle", bundle_.directory(), "--pid-file",
                 sandbox_.path("init.pid")};
  words.insert(words.end(), options.begin(), options.end());
  return call(with_paths("restore", words));
}

void Saved::restore(const Words& options) {
  const Outcome outcome = try_restore(options);
  expect(outcome.exit_code == 0, "restore: " + message() + log("restore.log"));
}

void Saved::end() {
  expect_equal("exit code of kill", sandbox_.call({"kill", sandbox_.id(), "KILL"}).exit_code, 0);
  expect(wait_child(pid(), 10000).has_value(), "init does not end, or is not our child");
  expect_equal("exit code of delete", sandbox_.call({"delete", sandbox_.id()}).exit_code, 0);
}

pid_t Saved::pid() const {
  return std::atoi(read_file(sandbox_.path("init.pid")).c_str());
}

std::string Saved::status() {
  const Outcome outcome = sandbox_.call({"state", sandbox_.id()});
  if (outcome.exit_code != 0) return "none";
  const json::Document state = parse_json("the state", outcome.out);
  const json::Value* status = find(state, "/status");
  return status != nullptr && status->IsString() ? status->GetString() : "";
}

std::string Saved::inside(const Words& command) {
  Words words = {"exec", sandbox_.id()};
  words.insert(words.end(), command.begin(), command.end());
  const Outcome outcome = sandbox_.call(words);
  expect(outcome.exit_code == 0, "exec fails: " + outcome.err);
  return trimmed(outcome.out);
}

int Saved::number() const {
  return std::atoi(read_file(bundle_.rootfs("tmp/n")).c_str());
}

int Saved::beyond(int passed) const {
  int seen = 0;
  // The file is empty for a moment in each round.
  expect(eventually([&] { return (seen = number()) > passed; }),
         "it does not count on from " + std::to_string(passed));
  return seen;
}

std::string Saved::message() const {
  const std::string file = sandbox_.path("call.log");
  return exists(file) ? trimmed(read_file(file)) : "";
}

std::string Saved::log(const std::string& name) const {
  std::string errors;
  for (const std::string& line : lines(read_file(work_ + "/" + name)))
    if (line.find("Error") != line.npos) errors += line + "\n";
  return errors;
}

NetworkNamespace::NetworkNamespace(Sandbox& sandbox)
    : sandbox_(sandbox), path_(sandbox.path("netns")) {
  require_program("nsenter");
  write_file(path_, "");
  const Words up = {require_program("unshare"),
                    "--net=" + path_,
                    require_program("ip"),
                    "link",
                    "set",
                    "lo",
                    "up"};
  const Outcome made = run_command({.argv = up}, sandbox.directory());
  if (made.exit_code != 0) throw Skipped("no network namespace: " + made.err);
}

NetworkNamespace::~NetworkNamespace() {
  ::umount2(path_.c_str(), MNT_DETACH);
}

Outcome NetworkNamespace::run(const std::string& script) const {
  return run_command({.argv = {"nsenter", "--net=" + path_, "/bin/sh", "-c", script}},
                     sandbox_.directory());
}

void NetworkNamespace::give(const std::string& device) const {
  const Outcome given =
      run_command({.argv = {"ip", "link", "set", device, "netns", path_}}, sandbox_.directory());
  expect(given.exit_code == 0, "the device cannot be moved: " + given.err);
}

}  // namespace oci::conformance
