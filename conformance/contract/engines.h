// What engines make of a failure: the texts they search for, which nobody wrote down as an API.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace oci::conformance {

// A failed call of a runtime, as those that called it see it.
struct Failure {
  std::string verb;     // "create"
  std::string command;  // process.args[0], which docker looks for in the text
  std::string text;     // the message: of the log, or what is on stderr
};

// What `podman` exits with: 126 may not be executed, 127 not found, 125 anything else; "attr" when
// it blames the security attributes (libpod/oci_util.go, define/exec_codes.go).
std::string podman_class(const Failure& failure);

// What `docker run` exits with: 126, 127, 128; with "mount" where it adds its advice about a
// directory on a file (daemon/errors.go).
std::string docker_class(const Failure& failure);

// Of kill and delete: "notfound" means that the task is gone, and that is success
// (cmd/containerd-shim-runc-v2/process/utils.go).
std::string containerd_class(const Failure& failure);

// Of kill: "notfound" as above (internal/oci/runtime_oci.go). Minds the case of letters.
std::string crio_class(const Failure& failure);

// One JSON record of a log.
struct LogRecord {
  std::string level, msg, time;
};

// The log of a failed call as containerd reads it, a record after another, and podman, which wants
// a single object. What one of them cannot read throws Failed.
std::vector<LogRecord> read_records(std::string_view log);

// What is wrong with the log or stderr of a failed call, or "" (conmon reads stderr once, 8191
// bytes; conmon-rs wants UTF-8; containerd wants RFC 3339).
std::string record_problem(const std::vector<LogRecord>& records);
std::string stderr_problem(std::string_view text);

bool is_utf8(std::string_view text);
bool is_rfc3339(std::string_view time);

}  // namespace oci::conformance
