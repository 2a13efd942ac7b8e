#include "runtime/sys/log.h"

#include <fcntl.h>
#include <unistd.h>

#include <ctime>
#include <vector>

#include "runtime/sys/file.h"
#include "runtime/sys/unique_fd.h"
#include "spec/write/utf8.h"

namespace oci::sys {
namespace {

struct Log {
  UniqueFd file;  // none: stderr
  LogFormat format = LogFormat::kText;
  LogLevel level = LogLevel::kError;
  bool hold_warnings = false;
  std::vector<std::string> held;
};

// Made by open_log, never destroyed: the last record may be written while main returns.
constinit Log* the_log = nullptr;

constexpr char kHex[] = "0123456789abcdef";

bool is_control(char c) {
  return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
}

// Appends `text` as the inside of a JSON string, which Go's %q of a text record reads as well.
void append_quoted(std::string& out, std::string_view text) {
  for (const char c : spec::valid_utf8(text)) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (is_control(c)) {
      out += "\\u00";
      out += kHex[(c >> 4) & 0xf];
      out += kHex[c & 0xf];
    } else {
      out += c;
    }
  }
}

std::string_view level_name(LogLevel level) {
  static constexpr std::string_view kNames[] = {"error", "warning", "info", "debug"};
  return kNames[static_cast<size_t>(level)];
}

// Days since the epoch to a date of the Gregorian calendar, from a March-based year: leap days are
// then the last of a 4-, 100- and 400-year cycle. gmtime(3) would read the time zone's files.
struct Date {
  int64_t year;
  int64_t month;
  int64_t day;
};

Date date_of(int64_t days) {
  const int64_t shifted = days + 719468;  // 0000-03-01
  const int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  const int64_t of_era = shifted - era * 146097;
  const int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t march_month = (5 * of_year + 2) / 153;
  const int64_t month = march_month < 10 ? march_month + 3 : march_month - 9;
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month,
          of_year - (153 * march_month + 2) / 5 + 1};
}

void append_number(std::string& out, int64_t number, int digits) {
  char text[20];
  for (int i = digits; i-- > 0; number /= 10)
    text[i] = static_cast<char>('0' + number % 10);
  out.append(text, static_cast<size_t>(digits));
}

// The report of a document has a line for each problem; a record is shown in places that cut at
// the first, such as the events of Kubernetes.
std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out += ';';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

// Nobody is left to tell if this fails.
void write_record(int fd, std::string_view record) {
  static_cast<void>(write_all(fd, record, "log"));
}

void log_record(LogLevel level, std::string_view message) {
  if (!log_wanted(level)) return;
  std::string record = format_record(the_log->format, level, message, ::time(nullptr));
  if (level == LogLevel::kWarning && the_log->hold_warnings) {
    the_log->held.push_back(std::move(record));
    return;
  }
  write_record(the_log->file ? the_log->file.get() : STDERR_FILENO, record);
}

}  // namespace

Status open_log(const LogOptions& options) {
  std::string_view path = options.destination;
  if (path.starts_with("file:")) path.remove_prefix(5);
  for (const std::string_view service : {"journald:", "syslog:"}) {
    if (path.starts_with(service)) {
      return Error(ErrorKind::kUnsupported, cat("--log ", options.destination,
                                                ": not supported yet; give the path of a file"));
    }
  }
  UniqueFd file;
  if (!path.empty()) {
    const std::string name(path);
    const int fd = ::open(name.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644);
    // Without the errno's text: this is about no file of the container's.
    if (fd < 0) {
      return Error(ErrorKind::kUsage,
                   cat("--log: '", name, "' cannot be opened for appending (errno ", errno, ")"));
    }
    file = UniqueFd(fd);
  }
  const bool to_file = bool(file);
  delete the_log;
  the_log = new Log{
      .file = std::move(file),
      .format = options.format,
      .level = options.level.value_or(to_file ? LogLevel::kWarning : LogLevel::kError),
      .hold_warnings = to_file && !options.level,
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

void log_info(std::string_view message) {
  log_record(LogLevel::kInfo, message);
}

void log_warning(std::string_view message) {
  log_record(LogLevel::kWarning, message);
}

void log_success() {
  if (the_log == nullptr) return;
  for (const std::string& record : the_log->held)
    write_record(the_log->file.get(), record);
  the_log->held.clear();
}

void log_failure(const Error& error) {
  const std::string message = error.message();
  const std::string line = one_line(message);
  const bool to_file = the_log != nullptr && the_log->file;
  const LogFormat format = the_log == nullptr ? LogFormat::kText : the_log->format;
  const std::string record = format_record(format, LogLevel::kError, line, ::time(nullptr));
  if (to_file) write_record(the_log->file.get(), record);
  if (!to_file && format == LogFormat::kJson) {
    write_record(STDERR_FILENO, record);
  } else {
    // In one write: conmon reads its pipe once.
    write_record(STDERR_FILENO, cat("oci-rt: ", printable(message), "\n"));
  }
}

std::string format_record(LogFormat format, LogLevel level, std::string_view message,
                          int64_t seconds) {
  const bool json = format == LogFormat::kJson;
  std::string out;
  out.reserve(message.size() + 80);
  if (!json) out += cat("time=\"", utc_time(seconds), "\" level=", level_name(level), " msg=\"");
  if (json) out += cat("{\"level\":\"", level_name(level), "\",\"msg\":\"");
  append_quoted(out, message);
  if (!json) out += "\"\n";
  if (json) out += cat("\",\"time\":\"", utc_time(seconds), "\"}\n");
  return out;
}

std::string utc_time(int64_t seconds) {
  constexpr int64_t kDay = 86400;
  const int64_t days = (seconds >= 0 ? seconds : seconds - (kDay - 1)) / kDay;
  const int64_t of_day = seconds - days * kDay;
  const Date date = date_of(days);
  std::string out;
  append_number(out, date.year, 4);
  out += '-';
  append_number(out, date.month, 2);
  out += '-';
  append_number(out, date.day, 2);
  out += 'T';
  append_number(out, of_day / 3600, 2);
  out += ':';
  append_number(out, of_day / 60 % 60, 2);
  out += ':';
  append_number(out, of_day % 60, 2);
  out += 'Z';
  return out;
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : spec::valid_utf8(text)) {
    if (c != '\n' && is_control(c)) {
      out += "\\x";
      out += kHex[(c >> 4) & 0xf];
      out += kHex[c & 0xf];
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace oci::sys
