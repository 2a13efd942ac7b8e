// `explain`, and the one line about the end of a program that was killed. Only oci-rt has the verb.
#include <sys/stat.h>

#include <csignal>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/json.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

void pages(Sandbox& sandbox) {
  require_option(sandbox, "explain", "--container");
  const Outcome code = sandbox.call({"explain", "E_MOUNT_SOURCE"});
  expect_equal("exit code", code.exit_code, 0);
  for (const char* part : {"E_MOUNT_SOURCE: ", "Cure: ", "Example:\n"})
    expect_contains("the page", code.out, part);
  const Outcome property = sandbox.call({"explain", "linux.resources.memory.limit"});
  expect_equal("exit code", property.exit_code, 0);
  for (const char* part : {"(integer)", "memory.max", "--memory"})
    expect_contains("the page", property.out, part);
  const Outcome none = sandbox.call({"explain", "linux.resourcez"});
  expect_equal("exit code", none.exit_code, 1);
  expect_contains("the error", none.err, "did you mean linux.resources?");
  expect_equal("stdout", none.out, "");
}
const Case kPages("explain/has-a-page-for-codes-and-properties", "oci-rt explain --help", pages);

void container(Sandbox& sandbox) {
  require_option(sandbox, "explain", "--container");
  Bundle bundle = sandbox.bundle();
  bundle.args({"/bin/probe", "sleep"});
  sandbox.create(bundle);
  expect_contains("created", sandbox.call({"explain", sandbox.id()}).out,
                  "waits for `oci-rt start`");
  sandbox.start();
  expect_contains("running", sandbox.call({"explain", "--container", sandbox.id()}).out,
                  "Its program runs.");
  sandbox.kill("KILL");
  sandbox.wait_stopped();
  const Outcome stopped = sandbox.call({"explain", sandbox.id()});
  expect_equal("exit code", stopped.exit_code, 0);
  expect_contains("stopped", stopped.out, "is stopped");
  sandbox.remove();
  const Outcome gone = sandbox.call({"explain", "--container", sandbox.id()});
  expect(gone.exit_code != 0, "a container that is gone is explained");
  expect_contains("the error", gone.err, "does not exist");
}
const Case kContainer("explain/tells-the-state-of-a-container", "oci-rt explain --help", container);

// The last record of a log in JSON.
json::Document record_of(Sandbox& sandbox, const Words& words) {
  const std::string log = sandbox.path("log");
  Words all = {"--log", log, "--log-format", "json"};
  all.insert(all.end(), words.begin(), words.end());
  sandbox.call(all);
  const std::vector<std::string> records = lines(read_file(log));
  expect(!records.empty(), "the log is empty");
  return parse_json("the record", records.back());
}

std::string member(const json::Document& record, const char* pointer) {
  const json::Value* const found = find(record, pointer);
  if (found == nullptr) return "";
  return found->IsString() ? found->GetString() : std::to_string(found->GetInt());
}

void log_members(Sandbox& sandbox) {
  require_option(sandbox, "explain", "--container");
  Bundle bundle = sandbox.bundle();
  expect_equal("exit code of the control", sandbox.run(bundle).exit_code, 0);
  bundle.file("etc/x", "").set("/process/cwd", "/etc/x").write();
  const json::Document record =
      record_of(sandbox, {"create", "--bundle", bundle.directory(), sandbox.id()});
  expect_equal("code", member(record, "/code"), "E_CWD");
  expect_equal("property", member(record, "/property"), "process.cwd");
  expect_equal("id", member(record, "/id"), sandbox.id());
  expect_equal("errno", member(record, "/errno"), std::to_string(ENOTDIR));
  expect(!member(record, "/step").empty(), "the record names no step");
  const json::Document other = record_of(sandbox, {"state", "nosuch"});
  expect_equal("code", member(other, "/code"), "E_NO_CONTAINER");
  expect_equal("id", member(other, "/id"), "nosuch");
}
const Case kLog("explain/the-json-log-has-code-property-step-errno-and-id", "cli-contract 5.6",
                log_members);

void filter_kill(Sandbox& sandbox) {
  require_option(sandbox, "explain", "--container");
  Bundle bundle = sandbox.bundle();
  bundle.set_json("/linux/seccomp", R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls":
      [{"names": ["getpriority"], "action": "SCMP_ACT_KILL_PROCESS"}]})");
  bundle.args({"/bin/true"});
  const Outcome control = sandbox.run(bundle);
  expect_equal("exit code of the control", control.exit_code, 0);
  expect_equal("stderr of the control", control.err, "");
  bundle.args({"/bin/probe", "syscall", "140"}).write();
  const json::Document record =
      record_of(sandbox, {"run", "--bundle", bundle.directory(), sandbox.id()});
  expect_equal("code", member(record, "/code"), "E_KILLED_BY_FILTER");
}
const Case kFilter("explain/a-program-that-the-filter-killed-has-a-code", "cli-contract 5.6",
                   filter_kill);

// tail keeps an endless line in memory.
void memory_kill(Sandbox& sandbox) {
  require_option(sandbox, "explain", "--container");
  require_controller("memory");
  Bundle bundle = sandbox.bundle();
  bundle.set_json("/linux/resources/memory", R"({"limit": 16777216, "swap": 16777216})");
  bundle.args({"/bin/true"});
  const Outcome control = sandbox.run(bundle);
  expect_equal("exit code of the control (" + trimmed(control.err) + ")", control.exit_code, 0);
  bundle.args({"/bin/busybox", "tail", "/dev/zero"});
  const Outcome killed = sandbox.run(bundle);
  expect_equal("exit code", killed.exit_code, 128 + SIGKILL);
  expect_contains("stderr", killed.err, "OOM-killed 1 process");
  expect_contains("stderr", killed.err, "its limit is 16777216 bytes");
  expect_equal("lines on stderr", lines(killed.err).size(), size_t{1});
  bundle.write();
  const json::Document record =
      record_of(sandbox, {"run", "--bundle", bundle.directory(), sandbox.id()});
  expect_equal("code", member(record, "/code"), "E_KILLED_BY_MEMORY");
}
const Case kMemory("explain/a-program-that-the-memory-limit-killed-is-told", "cli-contract 5.6",
                   memory_kill);

// exec says it of its own program, and the container runs on.
void memory_kill_of_exec(Sandbox& sandbox) {
  require_option(sandbox, "explain", "--container");
  require_controller("memory");
  Bundle bundle = sandbox.bundle();
  bundle.set_json("/linux/resources/memory", R"({"limit": 16777216, "swap": 16777216})");
  bundle.args({"/bin/probe", "sleep"});
  sandbox.create_and_start(bundle);
  const Outcome control = sandbox.call({"exec", sandbox.id(), "/bin/true"});
  expect_equal("exit code of the control", control.exit_code, 0);
  expect_equal("stderr of the control", control.err, "");
  const Outcome killed = sandbox.call({"exec", sandbox.id(), "/bin/busybox", "tail", "/dev/zero"});
  expect_equal("exit code", killed.exit_code, 128 + SIGKILL);
  expect_contains("stderr", killed.err, "its limit is 16777216 bytes");
  expect_equal("lines on stderr", lines(killed.err).size(), size_t{1});
  expect_equal("status", sandbox.status(), "running");
  sandbox.stop_and_remove();
}
const Case kMemoryOfExec("explain/an-exec-that-the-memory-limit-killed-is-told", "cli-contract 5.6",
                         memory_kill_of_exec);

}  // namespace
}  // namespace oci::conformance
