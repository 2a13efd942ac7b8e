// Helpers for cases about `mounts add` and `mounts remove`.
#pragma once

#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "conformance/cases/command_line/exec_case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/facts.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {

inline constexpr char kMan[] = "crun(1)";

inline Spawn mounts_call(const Sandbox& sandbox, const std::string& word, const std::string& json) {
  const std::string file = sandbox.path("mounts.json");
  write_file(file, json);
  return sandbox.invocation({"mounts", word, sandbox.id(), file});
}

inline Outcome mounts(Sandbox& sandbox, const std::string& word, const std::string& json) {
  return sandbox.call(mounts_call(sandbox, word, json));
}

inline void done(Sandbox& sandbox, const std::string& word, const std::string& json) {
  const Outcome outcome = mounts(sandbox, word, json);
  expect_equal("exit code of mounts " + word + " (" + trimmed(outcome.err) + ")", outcome.exit_code,
               0);
}

// Expects oci-rt to name `path`, and any runtime to name one of `any_of`, if there are some.
inline void refused(Sandbox& sandbox, const std::string& word, const std::string& json,
                    const std::string& path, const Words& any_of = {}) {
  const Outcome outcome = mounts(sandbox, word, json);
  expect(outcome.exit_code != 0, "mounts " + word + " of " + json + " succeeds");
  if (sandbox.runtime().json_paths) {
    expect_contains("the message", outcome.err, path);
    expect_equal("lines of the message '" + outcome.err + "'", lines(outcome.err).size(), 1U);
  }
  const bool named = any_of.empty() || std::ranges::any_of(any_of, [&](const std::string& text) {
                       return outcome.err.find(text) != outcome.err.npos;
                     });
  expect(named, "the message '" + trimmed(outcome.err) + "' has none of " + shown(any_of));
}

inline std::string mountinfo(pid_t pid) {
  return read_file("/proc/" + std::to_string(pid) + "/mountinfo");
}

// The topmost mount at `target`.
inline std::optional<Mounted> mounted_at(pid_t pid, const std::string& target) {
  std::optional<Mounted> found;
  for (const std::string& line : lines(mountinfo(pid))) {
    Mounted mount = parse_mountinfo(line);
    if (mount.target == target) found = std::move(mount);
  }
  return found;
}

inline std::string options_at(pid_t pid, const std::string& target) {
  const std::optional<Mounted> mount = mounted_at(pid, target);
  expect(mount.has_value(), "nothing is mounted at " + target);
  return "," + mount->options + "," + mount->super_options + ",";
}

inline std::string read_inside(Sandbox& sandbox, const std::string& path) {
  return exec(sandbox, {}, {"/bin/busybox", "cat", path}).out;
}

// A running container. The host's mounts must not change.
class Living {
 public:
  explicit Living(Sandbox& sandbox) : sandbox_(sandbox), bundle_(sandbox.bundle()) {
    require_option(sandbox, "mounts", "|remove");
    bundle_.shell("echo ready; sleep 1000");
    make_dir(sandbox.path("source/below"));
    write_file(sandbox.path("source/file"), "content\n");
    write_file(sandbox.path("source/below/deep"), "deep\n");
  }

  Bundle& bundle() { return bundle_; }
  std::string source(const std::string& name = "") const { return sandbox_.path("source" + name); }
  std::string bind(const std::string& target, const std::string& name = "",
                   const std::string& options = R"("bind")") const {
    return R"({"destination": ")" + target + R"(", "type": "bind", "source": ")" + source(name) +
           R"(", "options": [)" + options + "]}";
  }

  void begin(const Words& options = {}) {
    sandbox_.create_and_start(bundle_, options);
    sandbox_.said(1);
    pid_ = sandbox_.init_pid();
    before_ = mountinfo(::getpid());
  }
  pid_t pid() const { return pid_; }

  void end() {
    expect_equal("the host's mounts", mountinfo(::getpid()), before_);
    sandbox_.stop_and_remove();
  }

 private:
  Sandbox& sandbox_;
  Bundle bundle_;
  pid_t pid_ = 0;
  std::string before_;
};

inline std::string tmpfs(const std::string& target, const std::string& options = "") {
  return R"({"destination": ")" + target +
         R"(", "type": "tmpfs", "source": "tmpfs", "options": [)" + options + "]}";
}

inline std::string destination(const std::string& target) {
  return R"({"destination": ")" + target + R"("})";
}

}  // namespace oci::conformance
