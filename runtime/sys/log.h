// The one log of a run: where records go, which are wanted, and what they look like.
//
// Until open_log() is called, and without a destination, only errors are shown, on stderr, and the
// warnings that the specification demands.
// Other processes read what is written here: containerd takes the last error record of the file,
// podman reads a failed run's file as one JSON object. Hence: one record for a failure, last, and
// warnings wait until it is known that nothing failed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "spec/error.h"

namespace oci::sys {

enum class LogLevel { kError, kWarning, kInfo, kDebug };
enum class LogFormat { kText, kJson };

struct LogOptions {
  std::string destination;  // a path, file:PATH, journald:ID or syslog:ID; empty: stderr
  LogFormat format = LogFormat::kText;
  // Absent: warnings go to a destination and not to stderr.
  std::optional<LogLevel> level;
};

// Opens the destination: a file for appending, which is made if it is missing.
Status open_log(const LogOptions& options);

// Whether a record of this level would be written: ask before building a costly text.
bool log_wanted(LogLevel level);

void log_debug(std::string_view message);
// One stage of a verb, for --debug. Nothing is joined when nobody wants it.
template <class... Parts>
void log_stage(const Parts&... parts) {
  if (log_wanted(LogLevel::kDebug)) log_debug(cat(parts...));
}
void log_info(std::string_view message);
void log_warning(std::string_view message);
// One that the specification demands ("MUST be logged as a warning"): where neither another log nor
// a level is asked for, stderr has it.
void log_demanded_warning(std::string_view message);

// Writes the warnings that were held back. Called when a run has succeeded, or will not return
// soon.
void log_success();

// The one error record of a failed run, and on stderr "oci-rt: MESSAGE". Called by main, and where
// the exit code is that of a container although something has failed after it.
void log_failure(const Error& error);

// One line with its newline, as logrus writes it; `seconds` since the epoch.
std::string format_record(LogFormat format, LogLevel level, std::string_view message,
                          int64_t seconds);

// RFC 3339, UTC: "2026-01-02T15:04:05Z".
std::string utc_time(int64_t seconds);

// For a terminal or a pipe: valid UTF-8, control characters but the newline made visible.
std::string printable(std::string_view text);

}  // namespace oci::sys
