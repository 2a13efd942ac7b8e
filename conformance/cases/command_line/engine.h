// An engine that calls a runtime: its arguments, and its parsing of the results. The parsers are
// exactly as strict as those of the engines.
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
  // `prefix`: its options before every verb.
  Engine(Sandbox& sandbox, Words prefix) : sandbox_(sandbox), prefix_(std::move(prefix)) {}

  Spawn spawn(const Words& words) const;
  Outcome call(const Words& words) { return sandbox_.call(spawn(words)); }
  // Must exit 0. Return stdout, or both streams as in Go's CombinedOutput.
  std::string output(const Words& words, const std::string& input = "");
  std::string combined(const Words& words);
  std::string status(const std::string& id);

 private:
  Sandbox& sandbox_;
  Words prefix_;
};

// A bundle whose program waits.
Bundle sleeper(Sandbox& sandbox);

// The same, with the mounts that a terminal needs.
Bundle with_terminals(Sandbox& sandbox);

// Writes a file with a process object that runs `args`, as engines pass it to exec.
std::string process_file(Sandbox& sandbox, const Words& args, bool terminal = false);

// linux.resources for an update that works on this machine.
std::string new_limits();

// strconv.Atoi and Rust's parse::<u32>: neither accepts a line break.
int go_atoi(const std::string& text);
pid_t rust_u32(const std::string& text);

// A time that Go's time.Time accepts in JSON.
bool is_rfc3339(const std::string& text);

bool is_utf8(const std::string& text);

// containerd's getLastRuntimeError: every record must parse; returns the last error.
std::string last_error(const std::string& log_file);

// podman's oci-log: exactly one object.
std::string only_error(const std::string& log_file);

// go-runc's Container and CRI-O's ContainerState: demands their fields with the right types.
json::Document container_state(const std::string& text);

struct Version {
  std::string name, version, commit;
};

// Docker's parseRuntimeVersion.
Version docker_version(const std::string& text);

// Waits for a process whose pid file was read. By now it is a child of the harness.
void expect_end(pid_t pid);

// The same for all orphans: an engine's monitor is a subreaper. Init of a pid namespace does not
// end before all its processes are reaped.
void expect_all_end(pid_t pid);

}  // namespace oci::conformance
