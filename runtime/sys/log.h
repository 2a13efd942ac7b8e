// The log of a run: destination, level and format of records.
//
// Before open_log(), and without a destination, only errors go to stderr, and the warnings that the
// specification requires. Other programs read these records: containerd takes the last error record
// of the file, and podman reads the file of a failed run as one JSON object. Therefore a failure
// writes one record, as the last one, and warnings are held until nothing can fail any more.
// warnings wait until it is known that nothing failed.
#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include "spec/code.h"
#include "spec/error.h"

namespace oci::sys {

enum class LogLevel { kError, kWarning, kInfo, kDebug };
enum class LogFormat { kText, kJson };

struct LogOptions {
  std::string destination;  // a path, file:PATH, journald:ID or syslog:ID. Empty: stderr
  LogFormat format = LogFormat::kText;
  // Absent: warnings go to a destination, but not to stderr.
  std::optional<LogLevel> level;
};

// Opens the destination. A file is opened for appending, and created if missing.
Status open_log(const LogOptions& options);

// Whether a record of this level would be written: ask before building an expensive text.
bool log_wanted(LogLevel level);

void log_debug(std::string_view message);
// One stage of a verb, for --debug. Builds the text only if it is wanted.
template <class... Parts>
void log_stage(const Parts&... parts) {
  if (log_wanted(LogLevel::kDebug)) log_debug(cat(parts...));
}
void log_warning(std::string_view message);
// A warning that the specification requires ("MUST be logged as a warning"). It goes to stderr if
// neither a log nor a level is given.
void log_demanded_warning(std::string_view message);

// Writes the held warnings. Call it when a run has succeeded, or before it blocks for long.
void log_success();

// Facts for the record of a failure in JSON, besides its text. They are noted where they are known.
struct FailureFacts {
  std::string id;    // of the container
  std::string step;  // of container init. "": none
  int error = 0;     // errno of that step
  // Of a wrong config.json, which has a code for each mistake: those of the first.
  Code code = Code::kNone;
  std::string property;
};
FailureFacts& failure_facts();

// Writes the only error record of a failed run, and "oci-rt: MESSAGE" on stderr. Called by main,
// and where the exit code is that of a container although something failed afterwards.
void log_failure(const Error& error);

// A line with its newline, in the format of logrus, with microseconds. `time`: since the epoch.
// `more`: further members in JSON, each behind a comma.
std::string format_record(LogFormat format, LogLevel level, std::string_view message, timespec time,
                          std::string_view more = "");

// The members `code`, `property`, `step`, `errno` and `id` of an error, those that are known:
// ,"code":"E_USAGE","id":"web1"
std::string failure_members(const Error& error, const FailureFacts& facts);

// RFC 3339, UTC: "2026-01-02T15:04:05Z". `micros`: "2026-01-02T15:04:05.000006Z".
std::string utc_time(int64_t seconds, std::optional<uint32_t> micros = {});

// Appends `text` as the content of a JSON string. Readers of Go's %q accept it as well.
void append_quoted(std::string& out, std::string_view text);

// The error of an option or variable that names a file which cannot be opened.
Error cannot_open_for_appending(int error, std::string_view said_by, const std::string& name);

// For a terminal or a pipe: valid UTF-8, with control characters except the newline escaped.
std::string printable(std::string_view text);

}  // namespace oci::sys
