// Log destinations besides stderr: a file, the journal, syslog.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "runtime/sys/log.h"
#include "spec/error.h"

namespace oci::sys {

class LogSink {
 public:
  virtual ~LogSink() = default;
  // `record` is the line for a file: `message` with level and time. Ignores errors: there is no log
  // to report them to.
  virtual void write(LogLevel level, std::string_view message, std::string_view record) = 0;
};

// Opens PATH, file:PATH, journald:ID or syslog:ID. A missing destination is an error.
Result<std::unique_ptr<LogSink>> open_sink(std::string_view destination);

inline constexpr char kJournalSocket[] = "/run/systemd/journal/socket";
inline constexpr char kSyslogSocket[] = "/dev/log";

// The two services. `socket`: another address for tests.
Result<std::unique_ptr<LogSink>> open_journal(std::string_view id, const std::string& socket);
Result<std::unique_ptr<LogSink>> open_syslog(std::string_view id, const std::string& socket);

// An entry in the journal's native protocol: `FIELD=value`, or with a length for values with
// several lines (systemd's JOURNAL_NATIVE_PROTOCOL).
std::string journal_entry(LogLevel level, std::string_view message, std::string_view id);

// RFC 3164, section 4.1, as syslog(3) sends it to the local socket. `seconds`: since the epoch.
std::string syslog_packet(LogLevel level, std::string_view message, std::string_view id,
                          int64_t seconds);

}  // namespace oci::sys
