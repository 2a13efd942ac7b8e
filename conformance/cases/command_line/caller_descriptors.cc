// Descriptors and capabilities that a runtime inherits from its caller.
#include <fcntl.h>
#include <unistd.h>

#include "conformance/cases/command_line/exec_case.h"
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

// Opens a file at each of `numbers`; its content is the number.
class Handed {
 public:
  Handed(Sandbox& sandbox, Spawn& spawn, std::initializer_list<int> numbers) {
    for (const int number : numbers) {
      const std::string path = sandbox.path("file-" + std::to_string(number));
      write_file(path, std::to_string(number) + "\n");
      opened_.push_back(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
      spawn.fds.emplace_back(opened_.back(), number);
    }
  }
  Handed(const Handed&) = delete;
  Handed& operator=(const Handed&) = delete;
  ~Handed() {
    for (const int fd : opened_)
      ::close(fd);
  }

 private:
  std::vector<int> opened_;
};

constexpr char kShow[] =
    "cd /proc/self/fd; for n in *; do [ $n -gt 2 ] && [ -r $n ] && [ ! -d $n ] && cat $n; done; "
    "true";

void with_gaps(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell(kShow).write();
  // podman run --preserve-fd=9,40
  Spawn spawn = sandbox.invocation(
      {"run", "--preserve-fds", "38", "--bundle", bundle.directory(), sandbox.id()});
  {
    const Handed handed(sandbox, spawn, {9, 40, 41});
    const Outcome ran = sandbox.call(spawn);
    expect_equal("descriptors of the program (" + ran.err + ")", ran.out, "40\n9\n");
  }
  bundle.shell("sleep 1000");
  sandbox.create_and_start(bundle);
  spawn = sandbox.invocation(exec_of(sandbox, {"--preserve-fds=38"}, {"/bin/sh", "-c", kShow}));
  {
    const Handed handed(sandbox, spawn, {9, 40, 41});
    const Outcome ran = sandbox.call(spawn);
    expect_equal("descriptors of a program of exec (" + ran.err + ")", ran.out, "40\n9\n");
  }
  sandbox.stop_and_remove();
}
const Case kGaps("process/preserve-fds-leaves-out-what-is-not-open", "cli-contract 6", with_gaps);

void last_missing(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell(kShow).write();
  const auto with = [&](const std::string& count) {
    Spawn spawn = sandbox.invocation(
        {"run", "--preserve-fds", count, "--bundle", bundle.directory(), sandbox.id()});
    const Handed handed(sandbox, spawn, {3, 5});
    return sandbox.call(spawn);
  };
  expect_equal("output with --preserve-fds 3", with("3").out, "3\n5\n");
  const Outcome refused = with("4");
  expect(refused.exit_code != 0, "run exits 0 though the last one is not open");
  expect_contains("the message", refused.err, "preserve");
}
const Case kLast("process/the-last-of-preserve-fds-is-open", "cli-contract 6", last_missing);

void not_addressed(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("echo \"<$LISTEN_FDS>\"; [ -e /proc/self/fd/3 ]; echo $?").write();
  const auto with = [&](const std::string& before) {
    Spawn spawn = sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()});
    const Handed handed(sandbox, spawn, {3});
    spawn.env = {"LISTEN_FDS=1"};
    const Words call = spawn.argv;
    spawn.argv = {"/bin/sh", "-c", before + " exec \"$@\"", "sh"};
    spawn.argv.insert(spawn.argv.end(), call.begin(), call.end());
    return sandbox.call(spawn);
  };
  expect_equal("output with LISTEN_PID", with("LISTEN_PID=$$").out, "<1>\n0\n");
  expect_equal("output without LISTEN_PID", with("").out, "<>\n1\n");
  // A stale LISTEN_FDS inherited by the caller: no descriptor is open.
  Spawn spawn = sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()});
  spawn.env = {"LISTEN_FDS=1"};
  const Outcome ran = sandbox.call(spawn);
  expect_equal("output with a stale LISTEN_FDS (" + ran.err + ")", ran.out, "<>\n1\n");
}
const Case kNotAddressed("streams/listening-sockets-without-a-pid-are-nobodys", "sd_listen_fds(3)",
                         not_addressed);

constexpr char kAmbientKill[] = R"({"bounding": ["CAP_KILL", "CAP_CHOWN"],
    "permitted": ["CAP_KILL", "CAP_CHOWN"], "effective": ["CAP_KILL"],
    "inheritable": ["CAP_KILL"]})";

void ambient(Sandbox& sandbox) {
  const std::string setpriv = require_program("setpriv");
  Bundle bundle = sandbox.bundle();
  bundle.set_json("/process/capabilities", kAmbientKill).write();
  const auto call = [&](const Words& words) {
    Spawn spawn = sandbox.invocation(words);
    spawn.argv.insert(spawn.argv.begin(),
                      {setpriv, "--inh-caps", "+kill,+chown", "--ambient-caps", "+kill,+chown"});
    const Outcome outcome = sandbox.call(spawn);
    expect_equal("exit code (" + outcome.err + ")", outcome.exit_code, 0);
    return Facts(outcome.out);
  };
  const Facts facts = call({"run", "--bundle", bundle.directory(), sandbox.id()});
  expect_equal("inheritable", facts.text("/CapInh"), "0000000000000020");
  expect_equal("ambient", facts.text("/CapAmb"), "0000000000000000");
  bundle.shell("sleep 1000");
  sandbox.create_and_start(bundle);
  expect_equal("ambient of exec",
               call(exec_of(sandbox, {}, {"/bin/probe", "facts"})).text("/CapAmb"),
               "0000000000000000");
  sandbox.stop_and_remove();
}
const Case kAmbient("caller/its-ambient-capabilities-are-not-the-containers",
                    "config.md#linux-process", ambient);

// exec --cap for a user other than root: execve(2) keeps only ambient capabilities.
void ambient_of_exec(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.set_json("/process/capabilities", kAmbientKill).shell("sleep 1000");
  sandbox.create_and_start(bundle);
  const auto effective = [&](const std::string& name) {
    return exec_facts(sandbox, {"--user", "1000", "--cap", name}).text("/CapEff");
  };
  expect_equal("effective of one that is inheritable", effective("CAP_KILL"), "0000000000000020");
  expect_equal("effective of one that is not", effective("CAP_CHOWN"), "0000000000000000");
  sandbox.stop_and_remove();
}
const Case kAmbientOfExec("exec/a-capability-for-a-user-is-effective-where-it-is-inheritable",
                          "cli-contract 4", ambient_of_exec);

}  // namespace
}  // namespace oci::conformance
