// Where log records go besides stderr: a file, the journal, syslog.
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
  // `record` is `message` with its level and time as a line of a file. A failure is nobody's to
  // know: the one who would be told is the log.
  virtual void write(LogLevel level, std::string_view message, std::string_view record) = 0;
};

// PATH, file:PATH, journald:ID or syslog:ID. A destination that is not there is an error.
Result<std::unique_ptr<LogSink>> open_sink(std::string_view destination);

inline constexpr char kJournalSocket[] = "/run/systemd/journal/socket";
inline constexpr char kSyslogSocket[] = "/dev/log";

// The two services, at another address for a test.
Result<std::unique_ptr<LogSink>> open_journal(std::string_view id, const std::string& socket);
Result<std::unique_ptr<LogSink>> open_syslog(std::string_view id, const std::string& socket);

// A record as the journal's native protocol has it: `FIELD=value`, or with its length where the
// value has lines (systemd's JOURNAL_NATIVE_PROTOCOL).
std::string journal_entry(LogLevel level, std::string_view message, std::string_view id);

// RFC 3164, section 4.1, as syslog(3) sends it to its local socket; `seconds` since the epoch.
std::string syslog_packet(LogLevel level, std::string_view message, std::string_view id,
                          int64_t seconds);

}  // namespace oci::sys
