// An engine that calls a runtime: its words, and how it reads what comes back. The readers are as
// strict as the code that they stand for, and no stricter.
#pragma once

#include <sys/types.h>

#include <string>

#include "conformance/harness/bundle.h"
#include "conformance/harness/case.h"
#include "conformance/harness/command.h"
#include "conformance/harness/json.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {

class Engine {
 public:
  // `prefix`: the options that it puts before every verb.
  Engine(Sandbox& sandbox, Words prefix) : sandbox_(sandbox), prefix_(std::move(prefix)) {}

  Spawn spawn(const Words& words) const;
  Outcome call(const Words& words) { return sandbox_.call(spawn(words)); }
  // Must exit 0; what it printed to stdout, or to both streams as Go's CombinedOutput has it.
  std::string output(const Words& words, const std::string& input = "");
  std::string combined(const Words& words);
  std::string status(const std::string& id);

 private:
  Sandbox& sandbox_;
  Words prefix_;
};

// A bundle whose program waits.
Bundle sleeper(Sandbox& sandbox);

// One that has what a terminal needs.
Bundle with_terminals(Sandbox& sandbox);

// A file with a process object that runs `args`, as engines hand it to exec.
std::string process_file(Sandbox& sandbox, const Words& args, bool terminal = false);

// linux.resources for an update that the machine can make.
std::string new_limits();

// strconv.Atoi and Rust's parse::<u32>: neither forgives a line break.
int go_atoi(const std::string& text);
pid_t rust_u32(const std::string& text);

// A time that Go's time.Time takes from JSON.
bool is_rfc3339(const std::string& text);

bool is_utf8(const std::string& text);

// containerd's getLastRuntimeError: every record must parse, the last error counts.
std::string last_error(const std::string& log_file);

// podman's oci-log: one object, and nothing else.
std::string only_error(const std::string& log_file);

// go-runc's Container and CRI-O's ContainerState: what they need, in the types that they need.
json::Document container_state(const std::string& text);

struct Version {
  std::string name, version, commit;
};

// Docker's parseRuntimeVersion.
Version docker_version(const std::string& text);

// Its pid file was read; it is the harness's child by now.
void expect_end(pid_t pid);

// The same, with whatever else was left to the subreaper that an engine's monitor is: the init of a
// pid namespace does not end before all in it are waited for.
void expect_all_end(pid_t pid);

}  // namespace oci::conformance
