#include "conformance/contract/engines.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <initializer_list>

#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/json.h"

namespace oci::conformance {
namespace {

constexpr size_t kConmonReads = 8191;

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != text.npos;
}

bool has_any(std::string_view text, std::initializer_list<std::string_view> parts) {
  return std::ranges::any_of(parts, [&](std::string_view part) { return has(text, part); });
}

// Matches `/proc/1/attr/exec` in back-quotes.
bool blames_attributes(std::string_view text) {
  const size_t begin = text.find("`/proc/");
  return begin != text.npos && has(text.substr(begin), "/attr") &&
         text.find('`', begin + 1) != text.npos;
}

std::string text_of(const json::Value& record, const char* field) {
  const json::Value* value = find(record, field);
  const bool is_text = value != nullptr && value->IsString();
  expect(is_text, std::string("a record has no string ") + field);
  return is_text ? value->GetString() : "";
}

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

}  // namespace

std::string podman_class(const Failure& failure) {
  const std::string text = lower(failure.text);
  if (has_any(text, {"permission denied", "operation not permitted"})) return "126";
  if (has_any(text,
              {"executable file not found in", "no such file or directory", "open executable"})) {
    return "127";
  }
  if (blames_attributes(failure.text)) return "attr";
  const bool exec = failure.verb == "exec";
  if (exec && has_any(failure.text, {"not found", "executable path is empty", "no such file"})) {
    return "127";
  }
  return "125";
}

// As in docker, later rules win, except that the rule of directories ends the search.
std::string docker_class(const Failure& failure) {
  const std::string text = lower(failure.text);
  std::string code = "128";
  if (has(text, lower(failure.command)) &&
      has_any(text, {"executable file not found", "no such file or directory",
                     "system cannot find the file specified"})) {
    code = "127";
  }
  if (has(text, "permission denied")) code = "126";
  if (has(text, "is a directory")) return "126";
  if (has(text, "not a directory")) code = "127 mount";
  return code;
}

std::string containerd_class(const Failure& failure) {
  if (failure.verb != "kill" && failure.verb != "delete") return "error";
  if (has_any(failure.text,
              {"os: process already finished", "container not running", "does not exist"}) ||
      has(lower(failure.text), "no such process")) {
    return "notfound";
  }
  return "error";
}

std::string crio_class(const Failure& failure) {
  if (failure.verb != "kill") return "error";
  const bool gone =
      has_any(failure.text, {"no such process", "container not running", "invalid process"});
  return gone ? "notfound" : "error";
}

std::vector<LogRecord> read_records(std::string_view log) {
  std::vector<LogRecord> records;
  for (const std::string& line : lines(log)) {
    const json::Document record = parse_json("a record of the log", line);
    const json::Value* const code = find(record, "/code");
    records.push_back({text_of(record, "/level"), text_of(record, "/msg"), text_of(record, "/time"),
                       code != nullptr && code->IsString() ? code->GetString() : ""});
  }
  return records;
}

std::string record_problem(const std::vector<LogRecord>& records) {
  if (records.empty()) return "the log has no record";
  if (records.size() > 1) {
    return "podman cannot read a log of " + std::to_string(records.size()) + " records";
  }
  const LogRecord& last = records.back();
  if (last.level != "error") return "the last record is not the error but " + last.level;
  if (!is_rfc3339(last.time)) return "the time is not RFC 3339: " + last.time;
  if (!is_utf8(last.msg)) return "the message is not UTF-8";
  if (has(last.msg, "\n")) return "the message has more than one line: " + last.msg;
  return "";
}

std::string stderr_problem(std::string_view text) {
  if (text.empty()) return "stderr says nothing";
  if (text.size() > kConmonReads) return "conmon reads 8191 bytes of stderr, and there are more";
  return is_utf8(text) ? "" : "stderr is not UTF-8";
}

// RFC 3629: no surrogates, no overlong forms.
bool is_utf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const size_t size = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (size == 0 || lead > 0xf4 || at + size > text.size()) return false;
    uint32_t code = size == 1 ? lead : lead & (0x7fU >> size);
    for (size_t next = 1; next < size; ++next) {
      const auto byte = static_cast<unsigned char>(text[at + next]);
      if ((byte & 0xc0) != 0x80) return false;
      code = code << 6 | (byte & 0x3f);
    }
    if (size == 3 && (code < 0x800 || (code >= 0xd800 && code < 0xe000))) return false;
    if (size == 4 && (code < 0x10000 || code > 0x10ffff)) return false;
    at += size;
  }
  return true;
}

// The format of Go's time.RFC3339: 2026-01-02T15:04:05[.123](Z|+01:00).
bool is_rfc3339(std::string_view time) {
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd";
  if (time.size() <= kShape.size()) return false;
  for (size_t at = 0; at < kShape.size(); ++at) {
    const bool digit = time[at] >= '0' && time[at] <= '9';
    if (kShape[at] == 'd' ? !digit : time[at] != kShape[at]) return false;
  }
  time.remove_prefix(kShape.size());
  if (time.starts_with('.')) {
    const size_t end = std::min(time.find_first_not_of("0123456789", 1), time.size());
    if (end < 2) return false;
    time.remove_prefix(end);
  }
  if (time == "Z") return true;
  return time.size() == 6 && (time[0] == '+' || time[0] == '-') && time[3] == ':' &&
         all_digits(time.substr(1, 2)) && all_digits(time.substr(4, 2));
}

}  // namespace oci::conformance
