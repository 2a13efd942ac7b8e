// Helpers for cases about exec.
#pragma once

#include <signal.h>

#include <string>

#include "conformance/harness/expect.h"
#include "conformance/harness/facts.h"
#include "conformance/harness/files.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {

inline Words exec_of(const Sandbox& sandbox, const Words& options, const Words& program) {
  Words words = {"exec"};
  words.insert(words.end(), options.begin(), options.end());
  words.push_back(sandbox.id());
  words.insert(words.end(), program.begin(), program.end());
  return words;
}

inline Outcome exec(Sandbox& sandbox, const Words& options, const Words& program) {
  return sandbox.call(exec_of(sandbox, options, program));
}

inline Facts exec_facts(Sandbox& sandbox, const Words& options = {}) {
  const Outcome outcome = exec(sandbox, options, {"/bin/probe", "facts"});
  expect_equal("exit code of exec (" + outcome.err + ")", outcome.exit_code, 0);
  return Facts(outcome.out);
}

// A detached process is a child of the harness by now. Init of a pid namespace does not end before
// it.
inline void end(pid_t pid) {
  ::kill(pid, SIGKILL);
  expect(wait_child(pid, 5000).has_value(), "the detached process does not end");
}

// A path too long for a sockaddr_un.
inline std::string long_path(const Sandbox& sandbox, const std::string& name) {
  const std::string directory = sandbox.path(std::string(120, 'd'));
  make_dir(directory);
  return directory + "/" + name;
}

}  // namespace oci::conformance
