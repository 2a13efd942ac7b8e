#include "runtime/install/toml_reader.h"

#include <cstdint>

namespace oci::install {
namespace {

constexpr int kDeepest = 32;  // levels of nested values

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void append_utf8(std::string& out, uint32_t code) {
  const auto put = [&out](uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6);
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3f));
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  }
}

}  // namespace

bool is_bare_key(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

bool TomlReader::at_line_end() const {
  return at_end() || peek() == '\n' || text_.substr(place_).starts_with("\r\n");
}

size_t TomlReader::line_end() const {
  size_t end = text_.find('\n', place_);
  if (end == std::string_view::npos) end = text_.size();
  return end > place_ && end < text_.size() && text_[end - 1] == '\r' ? end - 1 : end;
}

void TomlReader::skip_blanks() {
  while (peek() == ' ' || peek() == '\t')
    ++place_;
}

void TomlReader::skip_blank_lines() {
  for (;;) {
    skip_blanks();
    if (peek() == '#') place_ = line_end();
    if (at_end() || !at_line_end()) return;
    place_ += peek() == '\r' ? 2 : 1;
  }
}

bool TomlReader::rest_of_line() {
  skip_blanks();
  if (peek() == '#') place_ = line_end();
  if (!at_line_end()) return fail("expected the end of the line");
  if (!at_end()) place_ += peek() == '\r' ? 2 : 1;
  return true;
}

bool TomlReader::key(std::string& out) {
  if (peek() == '"' || peek() == '\'') return single_line(peek(), out);
  while (is_bare_key(peek()))
    out += text_[place_++];
  return !out.empty() || fail("expected a key");
}

bool TomlReader::dotted(std::vector<std::string>& parts) {
  for (;;) {
    skip_blanks();
    std::string part;
    if (!key(part)) return false;
    parts.push_back(std::move(part));
    skip_blanks();
    if (peek() != '.') return true;
    ++place_;
  }
}

bool TomlReader::string(std::string& out) {
  const char quote = peek();
  if (quote != '"' && quote != '\'') return fail("expected a string");
  const std::string_view three = quote == '"' ? "\"\"\"" : "'''";
  return text_.substr(place_).starts_with(three) ? multi_line(quote, out) : single_line(quote, out);
}

bool TomlReader::single_line(char quote, std::string& out) {
  const size_t begin = place_++;
  while (!at_line_end()) {
    const char c = text_[place_];
    if (c == quote) {
      ++place_;
      return true;
    }
    if (c == '\\' && quote == '"') {
      if (!escape(out)) return false;
    } else {
      out += c;
      ++place_;
    }
  }
  place_ = begin;
  return fail("this string does not end on its line");
}

bool TomlReader::multi_line(char quote, std::string& out) {
  const std::string_view three = quote == '"' ? "\"\"\"" : "'''";
  const size_t begin = place_;
  place_ += 3;
  if (at_line_end() && !at_end()) place_ += peek() == '\r' ? 2 : 1;  // TOML drops the first newline
  while (!at_end()) {
    if (text_.substr(place_).starts_with(three)) {
      place_ += 3;
      // Up to two more quotes belong to the string.
      for (int more = 0; more < 2 && peek() == quote; ++more)
        out += text_[place_++];
      return true;
    }
    if (peek() == '\\' && quote == '"') {
      if (!escape(out)) return false;
    } else {
      out += text_[place_++];
    }
  }
  place_ = begin;
  return fail("this string does not end");
}

bool TomlReader::escape(std::string& out) {
  constexpr std::string_view kNames = "btnfr\"\\e", kBytes = "\b\t\n\f\r\"\\\x1b";
  const char name = place_ + 1 < text_.size() ? text_[place_ + 1] : '\0';
  if (const size_t known = kNames.find(name); known != std::string_view::npos && name != '\0') {
    out += kBytes[known];
    place_ += 2;
    return true;
  }
  if (name == '\n' || name == '\r' || name == ' ' || name == '\t') {
    // A line continuation: drops everything up to the next word.
    ++place_;
    while (peek() == '\n' || peek() == '\r' || peek() == ' ' || peek() == '\t')
      ++place_;
    return true;
  }
  const size_t digits = name == 'u' ? 4 : name == 'U' ? 8 : name == 'x' ? 2 : 0;
  uint32_t code = 0;
  for (size_t i = 0; i < digits; ++i) {
    const size_t at = place_ + 2 + i;
    const int digit = at < text_.size() ? hex_digit(text_[at]) : -1;
    if (digit < 0) return fail("expected hexadecimal digits");
    code = code << 4 | static_cast<uint32_t>(digit);
  }
  if (digits == 0 || code > 0x10ffff) return fail("unknown escape in a string");
  append_utf8(out, code);
  place_ += 2 + digits;
  return true;
}

bool TomlReader::list(char close) {
  const size_t begin = place_++;
  if (++depth_ > kDeepest) return fail("nested too deep");
  for (;;) {
    skip_blank_lines();
    if (at_end()) {
      place_ = begin;
      return fail(close == ']' ? "this array does not end" : "this table does not end");
    }
    if (peek() == close) break;
    if (close == '}') {
      std::vector<std::string> parts;
      if (!dotted(parts)) return false;
      if (peek() != '=') return fail("expected '=' after a key");
      ++place_;
      skip_blanks();
    }
    if (!value()) return false;
    skip_blank_lines();
    if (peek() == ',') {
      ++place_;
    } else if (peek() != close && !at_end()) {
      return fail(close == ']' ? "expected ',' or ']'" : "expected ',' or '}'");
    }
  }
  ++place_;
  --depth_;
  return true;
}

bool TomlReader::value() {
  if (peek() == '"' || peek() == '\'') {
    std::string ignored;
    return string(ignored);
  }
  if (peek() == '[') return list(']');
  if (peek() == '{') return list('}');
  // Numbers, booleans, dates. A date may have a blank before its time.
  constexpr std::string_view kEnds = ",]}#\r\n\t ";
  const size_t begin = place_;
  while (!at_end() && kEnds.find(peek()) == std::string_view::npos)
    ++place_;
  const auto digit = [this](size_t at) {
    return at < text_.size() && text_[at] >= '0' && text_[at] <= '9';
  };
  if (place_ - begin == 10 && text_[begin + 4] == '-' && peek() == ' ' && digit(place_ + 1)) {
    ++place_;
    while (!at_end() && kEnds.find(peek()) == std::string_view::npos)
      ++place_;
  }
  return place_ > begin || fail("expected a value");
}

}  // namespace oci::install
