// The format of a record: as logrus, with RFC 3339 time and valid UTF-8.
#include "runtime/sys/log.h"
#include "spec/code_of.h"
#include "spec/write/utf8.h"

namespace oci::sys {
namespace {

constexpr char kHex[] = "0123456789abcdef";

bool is_control(char c) {
  return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
}

// U+0080 to U+009F, two bytes in UTF-8, may start a terminal command like ESC: ECMA-48.
bool is_late_control(std::string_view valid, size_t at) {
  return valid[at] == '\xc2' && at + 1 < valid.size() &&
         static_cast<unsigned char>(valid[at + 1]) < 0xa0;
}

void append_hex(std::string& out, std::string_view prefix, char c) {
  out += prefix;
  out += kHex[(c >> 4) & 0xf];
  out += kHex[c & 0xf];
}

std::string_view level_name(LogLevel level) {
  static constexpr std::string_view kNames[] = {"error", "warning", "info", "debug"};
  return kNames[static_cast<size_t>(level)];
}

// Converts days since the epoch to a Gregorian date. Years start in March, so that the leap day is
// the last day of a 4-, 100- and 400-year cycle. gmtime(3) would read the time zone files.
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

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
  const std::string valid = spec::valid_utf8(text);
  for (size_t i = 0; i < valid.size(); ++i) {
    const char c = valid[i];
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (is_control(c)) {
      append_hex(out, "\\u00", c);
    } else if (is_late_control(valid, i)) {
      append_hex(out, "\\u00", valid[++i]);
    } else {
      out += c;
    }
  }
}

std::string failure_members(const Error& error, const FailureFacts& facts) {
  std::string out;
  const auto add = [&](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    out += cat(",\"", name, "\":\"");
    append_quoted(out, value);
    out += '"';
  };
  add("code", name_of(facts.code == Code::kNone ? code_of(error) : facts.code));
  const std::string message = error.message();
  std::string_view property = facts.property;
  if (property.empty()) property = error.property();
  add("property", property.empty() ? property_in(message) : property);
  add("step", facts.step);
  const int number = error.sys_errno() != 0 ? error.sys_errno() : facts.error;
  if (number != 0) out += cat(",\"errno\":", number);
  add("id", facts.id);
  return out;
}

std::string format_record(LogFormat format, LogLevel level, std::string_view message, timespec time,
                          std::string_view more) {
  const bool json = format == LogFormat::kJson;
  const std::string utc = utc_time(time.tv_sec, static_cast<uint32_t>(time.tv_nsec / 1000));
  std::string out;
  out.reserve(message.size() + 80);
  if (!json) out += cat("time=\"", utc, "\" level=", level_name(level), " msg=\"");
  if (json) out += cat("{\"level\":\"", level_name(level), "\",\"msg\":\"");
  append_quoted(out, message);
  if (!json) out += "\"\n";
  if (json) out += cat("\",\"time\":\"", utc, "\"", more, "}\n");
  return out;
}

std::string utc_time(int64_t seconds, std::optional<uint32_t> micros) {
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
  if (micros) {
    out += '.';
    append_number(out, *micros, 6);
  }
  out += 'Z';
  return out;
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  const std::string valid = spec::valid_utf8(text);
  for (size_t i = 0; i < valid.size(); ++i) {
    const char c = valid[i];
    if (c != '\n' && is_control(c)) {
      append_hex(out, "\\x", c);
    } else if (is_late_control(valid, i)) {
      append_hex(out, "\\x", valid[++i]);
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace oci::sys
