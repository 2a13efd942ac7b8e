// Untrusted text in the log, on a terminal and in messages.
#include "runtime/sys/log.h"
#include "conformance/product/fuzz/target.h"
#include "spec/diagnostics.h"
#include "spec/write/utf8.h"
#include "third_party/rapidjson.h"

namespace oci::fuzz {
namespace {

// The length of the UTF-8 character at the start of `text`, or 0 if malformed. Decodes the value:
// RFC 3629.
size_t character(std::string_view text) {
  const auto at = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  if (at(0) < 0x80) return 1;
  const size_t length = at(0) >= 0xf0 ? 4 : at(0) >= 0xe0 ? 3 : 2;
  if (at(0) < 0xc0 || at(0) > 0xf7 || text.size() < length) return 0;
  uint32_t value = at(0) & (0x7fU >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xc0) != 0x80) return 0;
    value = value << 6 | (at(i) & 0x3f);
  }
  constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xd800 && value < 0xe000;
  return value < kLeast[length] || value > 0x10ffff || surrogate ? 0 : length;
}

std::string plainly_valid(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t length = character(text);
    out += length == 0 ? "\xef\xbf\xbd" : text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

// C0, DEL and C1 controls, which a terminal may obey.
bool has_controls(std::string_view text, std::string_view but) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c < 0x20 || c == 0x7f) && but.find(text[i]) == but.npos) return true;
    const bool late =
        c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (late) return true;
  }
  return false;
}

void check_line(std::string_view line) {
  demand(line.ends_with('\n') && line.find('\n') == line.size() - 1, "a record is one line", line);
  demand(!has_controls(line, "\n"), "a record has no control characters", line);
  demand(spec::valid_utf8(line) == line, "a record is UTF-8", line);
}

void check_json(std::string_view text, int64_t seconds) {
  const std::string line = sys::format_record(sys::LogFormat::kJson, sys::LogLevel::kError, text,
                                              {.tv_sec = seconds, .tv_nsec = 0});
  check_line(line);
  json::Document document;
  document.Parse<json::kValidateUtf8>(line.data(), line.size());
  demand(!document.HasParseError() && document.IsObject() && document.MemberCount() == 3,
         "a record is JSON with three members", line);
  const json::Value& message = document["msg"];
  demand(plainly_valid(text) == std::string_view(message.GetString(), message.GetStringLength()),
         "the message of a record is the text", line);
}

void check_text(std::string_view text, int64_t seconds) {
  const std::string line = sys::format_record(sys::LogFormat::kText, sys::LogLevel::kWarning, text,
                                              {.tv_sec = seconds, .tv_nsec = 0});
  check_line(line);
  const size_t begin = line.find(" msg=\"");
  demand(begin != line.npos && line.ends_with("\"\n"), "a record of text ends with its message",
         line);
  // A quotation mark must not end the message early: its text could inject fields into the record.
  std::string_view body = std::string_view(line).substr(begin + 6);
  body.remove_suffix(2);
  for (size_t i = 0; i < body.size(); ++i) {
    demand(body[i] != '"', "a message cannot end its record", line);
    if (body[i] == '\\') ++i;
    demand(i < body.size(), "an escape is whole", line);
  }
}

}  // namespace
}  // namespace oci::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace oci;
  const std::string_view text = fuzz::text_of(data, size);
  fuzz::demand(spec::valid_utf8(text) == fuzz::plainly_valid(text),
               "valid_utf8 keeps what RFC 3629 allows");
  const auto seconds = static_cast<int64_t>(size) * 86399;
  fuzz::check_json(text, seconds);
  fuzz::check_text(text, seconds);
  const std::string shown = sys::printable(text);
  fuzz::demand(!fuzz::has_controls(shown, "\n") && spec::valid_utf8(shown) == shown,
               "what a terminal gets are lines of text", shown);
  const auto is_line = [](const std::string& line) { return line.find('\n') == line.npos; };
  fuzz::demand(is_line(spec::quoted(text)) && spec::quoted(text).size() <= 4 * 80 + 5,
               "a quoted text is one short line");
  fuzz::demand(is_line(spec::child_path("linux", text)), "a path is one line");
  return 0;
}
