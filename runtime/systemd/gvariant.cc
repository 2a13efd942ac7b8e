#include "runtime/systemd/gvariant.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>

#include "spec/error.h"

namespace oci::systemd {
namespace {

constexpr std::string_view kBasic = "bynqiuxtdsog";

constexpr struct {
  std::string_view word;
  char type;
} kKeywords[] = {{"boolean", 'b'}, {"byte", 'y'},       {"int16", 'n'},    {"uint16", 'q'},
                 {"int32", 'i'},   {"uint32", 'u'},     {"int64", 'x'},    {"uint64", 't'},
                 {"double", 'd'},  {"objectpath", 'o'}, {"signature", 'g'}};

bool is_text_type(char type) {
  return type == 's' || type == 'o' || type == 'g';
}

void append_utf8(std::string& out, uint32_t code) {
  const auto put = [&out](uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xc0 | code >> 6);
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3f));
  } else {
    put(0xf0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3f));
    put(0x80 | (code >> 6 & 0x3f));
  }
  put(0x80 | (code & 0x3f));
}

// An integer of any type, in its own range.
template <class Number>
std::optional<std::string> integer(bool negative, uint64_t magnitude) {
  using Limits = std::numeric_limits<Number>;
  if (!negative) {
    if (magnitude > static_cast<uint64_t>(Limits::max())) return {};
    return std::to_string(magnitude);
  }
  if (magnitude == 0) return "0";
  if constexpr (!Limits::is_signed) return {};
  if (magnitude > static_cast<uint64_t>(Limits::max()) + 1) return {};
  return cat("-", magnitude);
}

std::optional<std::string> integer_of_type(char type, bool negative, uint64_t magnitude) {
  switch (type) {
    case 'y':
      return integer<uint8_t>(negative, magnitude);
    case 'n':
      return integer<int16_t>(negative, magnitude);
    case 'q':
      return integer<uint16_t>(negative, magnitude);
    case 'i':
      return integer<int32_t>(negative, magnitude);
    case 'u':
      return integer<uint32_t>(negative, magnitude);
    case 'x':
      return integer<int64_t>(negative, magnitude);
    case 't':
      return integer<uint64_t>(negative, magnitude);
    default:
      return {};
  }
}

class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  std::optional<Variant> whole() {
    Variant value;
    blanks();
    char wanted = '\0';
    bool array_wanted = false;
    if (take('@')) {
      array_wanted = take('a');
      if (rest_.empty() || kBasic.find(rest_.front()) == kBasic.npos) return {};
      wanted = rest_.front();
      rest_.remove_prefix(1);
      blanks();
    }
    if (!rest_.empty() && rest_.front() == '[') {
      if (wanted != '\0' && !array_wanted) return {};
      if (!array(value, wanted)) return {};
    } else {
      if (array_wanted || !element(value, wanted)) return {};
      value.signature = std::string(1, wanted);
    }
    blanks();
    if (!rest_.empty()) return {};
    return value;
  }

 private:
  void blanks() {
    while (!rest_.empty() &&
           (rest_.front() == ' ' || rest_.front() == '\t' || rest_.front() == '\n'))
      rest_.remove_prefix(1);
  }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::string_view word() {
    const auto is_word = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '.' || c == '+' || c == '-';
    };
    const auto end = std::ranges::find_if_not(rest_, is_word);
    const std::string_view found = rest_.substr(0, static_cast<size_t>(end - rest_.begin()));
    rest_.remove_prefix(found.size());
    return found;
  }

  // All elements have the type of the first one, or the type given before it.
  bool array(Variant& out, char type) {
    take('[');
    blanks();
    if (!take(']')) {
      do {
        blanks();
        if (!element(out, type)) return false;
        blanks();
      } while (take(','));
      if (!take(']')) return false;
    }
    if (type == '\0') return false;  // an empty array without a type
    out.signature = {'a', type};
    return true;
  }

  // `type`: the required type. '\0': set to the type found.
  bool element(Variant& out, char& type) {
    if (!rest_.empty() && (rest_.front() == '\'' || rest_.front() == '"')) {
      if (type == '\0') type = 's';
      return is_text_type(type) && quoted(out);
    }
    const std::string_view first = word();
    const auto keyword =
        std::ranges::find(kKeywords, first, [](const auto& row) { return row.word; });
    if (keyword != std::end(kKeywords)) {
      if (type != '\0' && type != keyword->type) return false;
      type = keyword->type;
      blanks();
      if (is_text_type(type)) {
        return !rest_.empty() && (rest_.front() == '\'' || rest_.front() == '"') && quoted(out);
      }
      return plain(out, type, word());
    }
    return plain(out, type, first);
  }

  static bool plain(Variant& out, char& type, std::string_view text) {
    if (text == "true" || text == "false") {
      if (type == '\0') type = 'b';
      out.values.emplace_back(text);
      return type == 'b';
    }
    const bool has_sign = text.starts_with('-') || text.starts_with('+');
    const bool negative = text.starts_with('-');
    std::string_view digits = text.substr(has_sign ? 1 : 0);
    if (digits.empty() || digits.front() < '0' || digits.front() > '9') return false;
    const bool is_hex = digits.starts_with("0x") || digits.starts_with("0X");
    if (type == '\0') type = !is_hex && digits.find_first_of(".eE") != digits.npos ? 'd' : 'i';
    if (type == 'd') return real(out, negative, digits);
    const int base = is_hex ? 16 : digits.size() > 1 && digits.front() == '0' ? 8 : 10;
    if (is_hex) digits.remove_prefix(2);
    uint64_t magnitude = 0;
    const auto end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, magnitude, base);
    if (parsed.ec != std::errc() || parsed.ptr != end) return false;
    std::optional<std::string> value = integer_of_type(type, negative, magnitude);
    if (!value) return false;
    out.values.push_back(*std::move(value));
    return true;
  }

  // Digits, a point with more of them, an exponent. The value itself is not needed.
  static bool real(Variant& out, bool negative, std::string_view text) {
    const auto skip_digits = [](std::string_view& rest) {
      const size_t count = std::min(rest.find_first_not_of("0123456789"), rest.size());
      rest.remove_prefix(count);
      return count > 0;
    };
    std::string_view rest = text;
    if (!skip_digits(rest)) return false;
    if (rest.starts_with('.')) {
      rest.remove_prefix(1);
      skip_digits(rest);
    }
    if (rest.starts_with('e') || rest.starts_with('E')) {
      rest.remove_prefix(1);
      if (rest.starts_with('+') || rest.starts_with('-')) rest.remove_prefix(1);
      if (!skip_digits(rest)) return false;
    }
    if (!rest.empty()) return false;
    out.values.push_back(cat(negative ? "-" : "", text));
    return true;
  }

  bool quoted(Variant& out) {
    const char quote = rest_.front();
    rest_.remove_prefix(1);
    std::string text;
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '\0') return false;  // D-Bus has no such text
      if (c == quote) {
        out.values.push_back(std::move(text));
        return true;
      }
      if (c != '\\') {
        text += c;
      } else if (!escape(text)) {
        return false;
      }
    }
    return false;
  }

  bool escape(std::string& text) {
    if (rest_.empty()) return false;
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == 'u' || c == 'U') {
      const size_t width = c == 'u' ? 4 : 8;
      uint32_t code = 0;
      if (rest_.size() < width) return false;
      const auto parsed = std::from_chars(rest_.data(), rest_.data() + width, code, 16);
      if (parsed.ec != std::errc() || parsed.ptr != rest_.data() + width) return false;
      if (code == 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return false;
      rest_.remove_prefix(width);
      append_utf8(text, code);
      return true;
    }
    constexpr std::string_view kNames = "abfnrtv", kMeaning = "\a\b\f\n\r\t\v";
    const size_t at = kNames.find(c);
    text += at == kNames.npos ? c : kMeaning[at];
    return true;
  }

  std::string_view rest_;
};

}  // namespace

std::optional<Variant> parse_gvariant(std::string_view text) {
  return Parser(text).whole();
}

}  // namespace oci::systemd
