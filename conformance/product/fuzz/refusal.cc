#include "conformance/product/fuzz/refusal.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "conformance/product/fuzz/target.h"
#include "spec/write/utf8.h"
#include "third_party/rapidjson.h"

namespace oci::fuzz {
namespace {

// Removes "N:" from the front of `line`. Returns 0 if it is missing.
size_t take_number(std::string_view& line) {
  size_t number = 0;
  const auto parsed = std::from_chars(line.data(), line.data() + line.size(), number);
  const auto size = static_cast<size_t>(parsed.ptr - line.data());
  if (parsed.ec != std::errc() || size == line.size() || line[size] != ':') return 0;
  line.remove_prefix(size + 1);
  return number;
}

void check_line(std::string_view line, std::string_view name, std::string_view text) {
  const std::string_view whole = line;
  demand(line.starts_with(cat(name, ":")), "a line of a refusal begins with the document's name",
         whole);
  line.remove_prefix(name.size() + 1);
  const size_t row = take_number(line);
  const size_t column = take_number(line);
  const auto rows = static_cast<size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  demand(row >= 1 && row <= rows, "the line number is one of the document's", whole);
  for (size_t i = 1; i < row; ++i)
    text.remove_prefix(text.find('\n') + 1);
  const size_t length = std::min(text.find('\n'), text.size());
  demand(column >= 1 && column <= length + 1, "the column is one of that line's", whole);
  demand(line.starts_with(' ') && line.size() > 1, "something is said of it", whole);
}

}  // namespace

void check_refusal(const Error& error, std::string_view document_name, std::string_view text) {
  const std::string message = error.message();
  demand(error.kind() == ErrorKind::kInvalidConfig, "the error is one of the document", message);
  demand(spec::valid_utf8(message) == message, "a refusal is UTF-8", message);
  size_t lines = 0;
  std::string_view left = message;
  while (!left.empty()) {
    const std::string_view line = left.substr(0, left.find('\n'));
    left.remove_prefix(std::min(line.size() + 1, left.size()));
    const auto is_control = [](char c) {
      return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    };
    demand(std::none_of(line.begin(), line.end(), is_control),
           "a refusal has no control characters", line);
    if (++lines == 51) {
      demand(line.starts_with("and ") && left.empty(), "after 50 lines only their number is said",
             line);
    } else {
      check_line(line, document_name, text);
    }
  }
  demand(lines > 0, "a refusal says something");
}

void check_is_json(std::string_view text) {
  json::Document document;
  document.Parse<json::kIterative | json::kValidateUtf8>(text.data(), text.size());
  demand(!document.HasParseError(), "a document that is accepted is JSON");
  demand(document.IsObject() || document.IsArray(),
         "a document that is accepted is an object or an array");
}

}  // namespace oci::fuzz
