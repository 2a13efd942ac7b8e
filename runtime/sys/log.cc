#include "runtime/sys/log.h"

#include <unistd.h>

#include <ctime>
#include <memory>
#include <vector>

#include "runtime/sys/file.h"
#include "runtime/sys/log_sink.h"

namespace oci::sys {
namespace {

struct Held {
  LogLevel level;
  std::string message, record;
};

struct Log {
  std::unique_ptr<LogSink> sink;  // none: stderr
  LogFormat format = LogFormat::kText;
  LogLevel level = LogLevel::kError;
  bool hold_warnings = false;
  bool show_demanded = true;  // on stderr
  bool hold_demanded = true;
  std::vector<Held> held;
};

// Made by open_log, never destroyed: the last record may be written while main returns.
constinit Log* the_log = nullptr;

// An error in a document may have several lines. Places that show a record often cut it at the
// first one, such as the events of Kubernetes.
std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out += ';';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

// Ignores errors: there is no place left to report them.
void write_to_stderr(std::string_view record) {
  static_cast<void>(write_all(STDERR_FILENO, record, "log"));
}

void write(LogLevel level, std::string_view message, std::string_view record) {
  if (the_log->sink) {
    the_log->sink->write(level, message, record);
  } else {
    write_to_stderr(record);
  }
}

timespec now() {
  timespec time = {};
  ::clock_gettime(CLOCK_REALTIME, &time);
  return time;
}

void write_or_hold(LogLevel level, std::string_view message, bool hold) {
  std::string record = format_record(the_log->format, level, message, now());
  if (hold) {
    the_log->held.push_back({level, std::string(message), std::move(record)});
  } else {
    write(level, message, record);
  }
}

void log_record(LogLevel level, std::string_view message) {
  if (!log_wanted(level)) return;
  write_or_hold(level, message, level == LogLevel::kWarning && the_log->hold_warnings);
}

}  // namespace

Status open_log(const LogOptions& options) {
  std::unique_ptr<LogSink> sink;
  if (!options.destination.empty()) sink = OCI_TRY(open_sink(options.destination));
  const bool elsewhere = sink != nullptr;
  delete the_log;
  the_log = new Log{
      .sink = std::move(sink),
      .format = options.format,
      .level = options.level.value_or(elsewhere ? LogLevel::kWarning : LogLevel::kError),
      .hold_warnings = elsewhere && !options.level,
      .show_demanded = !elsewhere && !options.level,
      .hold_demanded = true,
      .held = {},
  };
  return {};
}

bool log_wanted(LogLevel level) {
  return the_log != nullptr && level <= the_log->level;
}

void log_debug(std::string_view message) {
  log_record(LogLevel::kDebug, message);
}

void log_warning(std::string_view message) {
  log_record(LogLevel::kWarning, message);
}

void log_demanded_warning(std::string_view message) {
  if (the_log == nullptr || !the_log->show_demanded) return log_warning(message);
  write_or_hold(LogLevel::kWarning, message, the_log->hold_demanded);
}

void log_success() {
  if (the_log == nullptr) return;
  for (const Held& one : the_log->held)
    write(one.level, one.message, one.record);
  the_log->held.clear();
  the_log->hold_warnings = the_log->hold_demanded = false;
}

FailureFacts& failure_facts() {
  static constinit FailureFacts* facts = nullptr;  // never destroyed, as the log
  if (facts == nullptr) facts = new FailureFacts();
  return *facts;
}

void log_failure(const Error& error) {
  const std::string message = error.message();
  const std::string line = one_line(message);
  LogSink* const sink = the_log == nullptr ? nullptr : the_log->sink.get();
  const LogFormat format = the_log == nullptr ? LogFormat::kText : the_log->format;
  const std::string more =
      format == LogFormat::kJson ? failure_members(error, failure_facts()) : std::string();
  const std::string record = format_record(format, LogLevel::kError, line, now(), more);
  if (sink != nullptr) sink->write(LogLevel::kError, line, record);
  if (sink == nullptr && format == LogFormat::kJson) {
    write_to_stderr(record);
  } else {
    // In one write: conmon reads its pipe once.
    write_to_stderr(cat("oci-rt: ", printable(message), "\n"));
  }
}

}  // namespace oci::sys
