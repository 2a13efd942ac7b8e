#include "spec/parse/parse_json.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "spec/parse/positions.h"

namespace oci::spec {
namespace {

// Forwards all events to the document, and stops the parser when nesting gets too deep.
class DepthLimit {
 public:
  explicit DepthLimit(json::Document& document) : document_(document) {}

  bool too_deep() const { return too_deep_; }

  // NOLINTBEGIN(readability-identifier-naming): the names are RapidJSON's.
  bool Null() { return document_.Null(); }
  bool Bool(bool value) { return document_.Bool(value); }
  bool Int(int value) { return document_.Int(value); }
  bool Uint(unsigned value) { return document_.Uint(value); }
  bool Int64(int64_t value) { return document_.Int64(value); }
  bool Uint64(uint64_t value) { return document_.Uint64(value); }
  bool Double(double value) { return document_.Double(value); }
  bool RawNumber(const char* text, json::Size size, bool copy) {
    return document_.RawNumber(text, size, copy);
  }
  bool String(const char* text, json::Size size, bool copy) {
    return document_.String(text, size, copy);
  }
  bool Key(const char* text, json::Size size, bool copy) { return document_.Key(text, size, copy); }
  bool StartObject() { return enter() && document_.StartObject(); }
  bool StartArray() { return enter() && document_.StartArray(); }
  bool EndObject(json::Size count) {
    --depth_;
    return document_.EndObject(count);
  }
  bool EndArray(json::Size count) {
    --depth_;
    return document_.EndArray(count);
  }
  // NOLINTEND(readability-identifier-naming)

 private:
  bool enter() {
    too_deep_ = ++depth_ > kMaxDepth;
    return !too_deep_;
  }

  json::Document& document_;
  size_t depth_ = 0;
  bool too_deep_ = false;
};

std::string_view key_of(const json::Value::Member& member) {
  return {member.name.GetString(), member.name.GetStringLength()};
}

bool has_duplicates(const json::Value& object) {
  constexpr size_t kFew = 24;  // objects in a real config.json are smaller
  const auto begin = object.MemberBegin();
  const auto end = object.MemberEnd();
  if (object.MemberCount() <= kFew) {
    for (auto member = begin; member != end; ++member) {
      for (auto earlier = begin; earlier != member; ++earlier)
        if (key_of(*earlier) == key_of(*member)) return true;
    }
    return false;
  }
  std::vector<std::string_view> keys;
  keys.reserve(object.MemberCount());
  for (auto member = begin; member != end; ++member)
    keys.push_back(key_of(*member));
  std::sort(keys.begin(), keys.end());
  return std::adjacent_find(keys.begin(), keys.end()) != keys.end();
}

// Recursion is bounded by kMaxDepth.
bool has_duplicates_within(const json::Value& value) {
  if (value.IsArray()) {
    const auto elements = value.GetArray();
    return std::any_of(elements.begin(), elements.end(), has_duplicates_within);
  }
  if (!value.IsObject()) return false;
  if (has_duplicates(value)) return true;
  for (const auto& member : value.GetObject())
    if (has_duplicates_within(member.value)) return true;
  return false;
}

constexpr size_t kLongestRest = 3;  // bytes of a UTF-8 character after its first

constexpr std::string_view kSurrogatePair = "both halves of a surrogate pair";

// The offset of an escaped lone surrogate, or npos. RapidJSON refuses a lone \ud800, but accepts a
// lone \udc00 and writes invalid UTF-8 for it. `text` is JSON.
size_t find_lone_surrogate(std::string_view text) {
  size_t after_high = std::string_view::npos;
  for (size_t at = text.find('\\'); at != std::string_view::npos; at = text.find('\\', at)) {
    if (text[at + 1] != 'u') {
      at += 2;
      continue;
    }
    const bool is_surrogate = (text[at + 2] | 0x20) == 'd' && text[at + 3] >= '8';
    const bool is_low = is_surrogate && (text[at + 3] | 0x20) >= 'c';
    if (is_low && at != after_high) return at;
    at += 6;
    if (is_surrogate && !is_low) after_high = at;
  }
  return std::string_view::npos;
}

struct SyntaxError {
  std::string_view expected;
  json::ParseError code;
  bool tells_found = true;  // the offset is that of the unexpected character
};

constexpr SyntaxError kSyntaxErrors[] = {
    {"a JSON object", json::ParseError::kParseErrorDocumentEmpty},
    {"the end of the document", json::ParseError::kParseErrorDocumentRootNotSingular},
    {"a value", json::ParseError::kParseErrorValueInvalid},
    {"a key in double quotes", json::ParseError::kParseErrorObjectMissName},
    {"a colon after the key", json::ParseError::kParseErrorObjectMissColon},
    {"a comma or } after the member", json::ParseError::kParseErrorObjectMissCommaOrCurlyBracket},
    {"a comma or ] after the element", json::ParseError::kParseErrorArrayMissCommaOrSquareBracket},
    {"a digit after the decimal point", json::ParseError::kParseErrorNumberMissFraction},
    {"a digit in the exponent", json::ParseError::kParseErrorNumberMissExponent},
    {"a number below 1.8e308", json::ParseError::kParseErrorNumberTooBig, false},
    {"a closing quotation mark", json::ParseError::kParseErrorStringMissQuotationMark, false},
    {"a string in UTF-8", json::ParseError::kParseErrorStringInvalidEncoding, false},
    {"an escape that JSON knows", json::ParseError::kParseErrorStringEscapeInvalid, false},
    {"four hex digits after \\u", json::ParseError::kParseErrorStringUnicodeEscapeInvalidHex,
     false},
    {kSurrogatePair, json::ParseError::kParseErrorStringUnicodeSurrogateInvalid, false},
};

// `rest` is the text from the point where the parser stopped.
std::string syntax_error(json::ParseError code, std::string_view rest) {
  const unsigned char next = rest.empty() ? 0 : static_cast<unsigned char>(rest.front());
  // RapidJSON reports an unescaped control character as a bad escape.
  if (code == json::ParseError::kParseErrorStringEscapeInvalid && next < 0x20)
    return "expected a closing quotation mark, or this control character escaped";
  const auto* error = std::find_if(std::begin(kSyntaxErrors), std::end(kSyntaxErrors),
                                   [&](const SyntaxError& each) { return each.code == code; });
  if (error == std::end(kSyntaxErrors)) return "expected JSON";
  std::string text = cat("expected ", error->expected);
  if (rest.empty()) return text + ", found the end of the document";
  const bool is_printable = next > 0x20 && next < 0x7f;
  if (error->tells_found && is_printable) text += cat(", found '", rest.front(), "'");
  return text;
}

// Bytes that would end the parser early or pass unseen.
bool check_bytes(std::string_view text, Diagnostics& diagnostics) {
  if (text.starts_with("\xef\xbb\xbf")) {
    diagnostics.add_at(0, {}, "expected a JSON object, found a byte order mark; remove it",
                       Code::kJson);
    return false;
  }
  const size_t nul = text.find('\0');
  if (nul == std::string_view::npos) return true;
  diagnostics.add_at(nul, {}, "expected JSON text, found a NUL byte", Code::kNulByte);
  return false;
}

}  // namespace

bool parse_json(std::string_view text, std::string& buffer, json::Document& document,
                Diagnostics& diagnostics) {
  if (!check_bytes(text, diagnostics)) return false;
  // For a character cut off by the end of the text, RapidJSON reads up to three bytes more before
  // it reports the error.
  buffer.reserve(text.size() + kLongestRest);
  buffer = text;
  buffer.append(kLongestRest, '\0');
  json::InsituStream stream(buffer.data());
  json::TextReader reader;
  DepthLimit limit(document);
  auto generate = [&](json::Document&) {
    return !reader.Parse<json::kIterative | json::kInsitu | json::kValidateUtf8>(stream, limit)
                .IsError();
  };
  document.Populate(generate);

  if (limit.too_deep()) {
    diagnostics.add_at(reader.GetErrorOffset(), {},
                       cat("expected at most ", kMaxDepth, " levels of objects and arrays"),
                       Code::kJson);
    return false;
  }
  if (reader.HasParseError()) {
    const size_t offset = std::min(reader.GetErrorOffset(), text.size());
    diagnostics.add_at(offset, {}, syntax_error(reader.GetParseErrorCode(), text.substr(offset)),
                       Code::kJson);
    return false;
  }
  const size_t surrogate = find_lone_surrogate(text);
  if (surrogate != std::string_view::npos) {
    diagnostics.add_at(surrogate, {}, cat("expected ", kSurrogatePair), Code::kJson);
    return false;
  }
  if (has_duplicates_within(document)) report_duplicate_keys(text, diagnostics);
  return true;
}

}  // namespace oci::spec
