// The engines' classification of failures, by undocumented searches for phrases in the text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace oci::conformance {

// A failed call of a runtime, as seen by its caller.
struct Failure {
  std::string verb;     // "create"
  std::string command;  // process.args[0]; docker searches for it in the text
  std::string text;     // the message, from the log or stderr
};

// The exit code of `podman`: 126 not executable, 127 not found, 125 anything else. "attr" if it
// blames the security attributes (libpod/oci_util.go, define/exec_codes.go).
std::string podman_class(const Failure& failure);

// The exit code of `docker run`: 126, 127, 128. With "mount" if it adds advice about a directory on
// a file (daemon/errors.go).
std::string docker_class(const Failure& failure);

// For kill and delete: "notfound" means that the task has exited, which counts as success
// (cmd/containerd-shim-runc-v2/process/utils.go).
std::string containerd_class(const Failure& failure);

// For kill: "notfound" as above (internal/oci/runtime_oci.go). Case-sensitive.
std::string crio_class(const Failure& failure);

// One JSON record of a log.
struct LogRecord {
  std::string level, msg, time;
  std::string code;  // of oci-rt: the kind of failure
};

// Parses the log of a failed call as a sequence of records (containerd) and as a single object
// (podman). Throws Failed if one of them could not read it.
std::vector<LogRecord> read_records(std::string_view log);

// Returns the problem with the log or stderr of a failed call, or "". conmon reads 8191 bytes of
// stderr once, conmon-rs needs UTF-8, containerd needs RFC 3339.
std::string record_problem(const std::vector<LogRecord>& records);
std::string stderr_problem(std::string_view text);

bool is_utf8(std::string_view text);
bool is_rfc3339(std::string_view time);

}  // namespace oci::conformance
