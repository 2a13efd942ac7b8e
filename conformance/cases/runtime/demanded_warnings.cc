// Conditions that "MUST be logged as a warning": in the log if there is one, else on stderr. The
// program still runs.
#include "conformance/cases/command_line/exec_case.h"
#include "conformance/cases/runtime/hook_json.h"
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

struct Warned {
  Words words;
  int exit_code;
  std::string of;       // in the warning of any runtime
  std::string because;  // in oci-rt's warning
};

void expect_warned(Sandbox& sandbox, const Warned& warned, const std::string& text) {
  expect_contains("the warning of " + warned.words[0], text, warned.of);
  if (sandbox.runtime().json_paths) {
    expect_contains("the warning", text, "level=warning");
    expect_contains("the warning", text, warned.because);
  }
}

void expect_warning_on_stderr(Sandbox& sandbox, const Warned& warned) {
  const Outcome told = sandbox.call(warned.words);
  expect_equal("exit code of " + warned.words[0], told.exit_code, warned.exit_code);
  expect_warned(sandbox, warned, told.err);
}

void expect_warning_in_log(Sandbox& sandbox, const Warned& warned) {
  const std::string log = sandbox.path("log");
  Words words = {"--log", log};
  words.insert(words.end(), warned.words.begin(), warned.words.end());
  const Outcome logged = sandbox.call(words);
  expect_equal("exit code of " + warned.words[0], logged.exit_code, warned.exit_code);
  expect_warned(sandbox, warned, read_file(log));
  expect_equal("its stderr with a log", logged.err, "");
}

Bundle with_capability(Sandbox& sandbox, const std::string& name) {
  Bundle bundle = sandbox.bundle();
  for (const char* set : {"bounding", "effective", "permitted"}) {
    bundle.set_json(std::string("/process/capabilities/") + set,
                    R"(["CAP_KILL", ")" + name + R"("])");
  }
  return bundle;
}

void unknown_capability(Sandbox& sandbox) {
  Bundle bundle = with_capability(sandbox, "CAP_NET_ADMN");
  bundle.shell("exit 7").write();
  const Words run = {"run", "--bundle", bundle.directory(), sandbox.id()};
  const Warned warned = {run, 7, "CAP_NET_ADMN", "; did you mean CAP_NET_ADMIN?"};
  expect_warning_on_stderr(sandbox, warned);
  expect_warning_in_log(sandbox, warned);
  // The control: a known name gives no warning.
  with_capability(sandbox, "CAP_CHOWN").shell("exit 7").write();
  expect_equal("message of run about a known one", sandbox.call(run).err, "");
}
const Case kUnknown("capabilities/an-unknown-name-is-told", "config.md#linux-process",
                    unknown_capability);

void unknown_capability_of_exec(Sandbox& sandbox) {
  Bundle bundle = with_capability(sandbox, "CAP_CHOWN");
  bundle.shell("sleep 1000");
  sandbox.create_and_start(bundle);
  const auto words = [&](const std::string& name) {
    return exec_of(sandbox, {"--cap", name}, {"/bin/sh", "-c", "exit 7"});
  };
  const Warned warned = {words("CAP_CHOWM"), 7, "CAP_CHOWM", "; did you mean CAP_CHOWN?"};
  expect_warning_on_stderr(sandbox, warned);
  expect_warning_in_log(sandbox, warned);
  expect_equal("message of exec about a known one", sandbox.call(words("CAP_CHOWN")).err, "");
  sandbox.stop_and_remove();
}
const Case kUnknownOfExec("capabilities/an-unknown-name-of-exec-is-told", "config.md#linux-process",
                          unknown_capability_of_exec);

void failing_poststop(Sandbox& sandbox) {
  for (const bool logged : {false, true}) {
    Bundle bundle = sandbox.bundle();
    bundle.args({"/bin/true"})
        .add("/hooks/poststop", hook_json(sandbox, {.kind = "poststop", .text = "exit 3"}));
    sandbox.create(bundle);
    const Warned warned = {{"delete", "--force", sandbox.id()}, 0, "hook", "hooks.poststop[0]"};
    if (logged) {
      expect_warning_in_log(sandbox, warned);
    } else {
      expect_warning_on_stderr(sandbox, warned);
    }
    expect(sandbox.call({"state", sandbox.id()}).exit_code != 0, "the container is still there");
  }
}
const Case kPoststop("hooks/a-failing-poststop-is-told", "runtime.md#lifecycle", failing_poststop);

}  // namespace
}  // namespace oci::conformance
