#include "spec/parse/parse_json.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "spec/parse/positions.h"

namespace oci::spec {
namespace {

// Passes everything on to the document, and stops the parser where nesting gets too deep.
class DepthLimit {
 public:
  explicit DepthLimit(json::Document& document) : document_(document) {}

  bool too_deep() const { return too_deep_; }

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
  constexpr size_t kFew = 24;  // as large as the objects of a real config.json get
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

// kMaxDepth bounds the recursion.
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

// RapidJSON lets a lone \udc00 pass, and writes what is not UTF-8 for it.
bool has_surrogate(std::string_view text) {
  for (size_t at = text.find('\xed'); at != std::string_view::npos; at = text.find('\xed', at + 1))
    if (at + 1 < text.size() && (static_cast<unsigned char>(text[at + 1]) & 0x20) != 0) return true;
  return false;
}

bool has_surrogate_within(const json::Value& value) {
  if (value.IsString()) return has_surrogate({value.GetString(), value.GetStringLength()});
  if (value.IsArray()) {
    const auto elements = value.GetArray();
    return std::any_of(elements.begin(), elements.end(), has_surrogate_within);
  }
  if (!value.IsObject()) return false;
  for (const auto& member : value.GetObject())
    if (has_surrogate(key_of(member)) || has_surrogate_within(member.value)) return true;
  return false;
}

std::string syntax_error(json::ParseError code) {
  switch (code) {
    case json::ParseError::kParseErrorDocumentEmpty:
      return "expected a JSON object, found an empty document";
    case json::ParseError::kParseErrorDocumentRootNotSingular:
      return "expected the end of the document, found more after it";
    case json::ParseError::kParseErrorStringInvalidEncoding:
      return "expected a string in UTF-8, with control characters escaped";
    default: {
      std::string text = json::error_text(code);
      if (text.ends_with('.')) text.pop_back();
      text.front() = static_cast<char>(text.front() | 0x20);  // an ASCII capital
      return text;
    }
  }
}

// What stands in the text before any parsing, and would end the parser early or pass unseen.
bool check_bytes(std::string_view text, Diagnostics& diagnostics) {
  if (text.starts_with("\xef\xbb\xbf")) {
    diagnostics.add_at(0, {}, "expected a JSON object, found a byte order mark: remove it");
    return false;
  }
  const size_t nul = text.find('\0');
  if (nul == std::string_view::npos) return true;
  diagnostics.add_at(nul, {}, "expected JSON text, found a NUL byte");
  return false;
}

}  // namespace

bool parse_json(std::string_view text, std::string& buffer, json::Document& document,
                Diagnostics& diagnostics) {
  if (!check_bytes(text, diagnostics)) return false;
  buffer = text;
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
                       cat("expected at most ", kMaxDepth, " levels of objects and arrays"));
    return false;
  }
  if (reader.HasParseError()) {
    diagnostics.add_at(reader.GetErrorOffset(), {}, syntax_error(reader.GetParseErrorCode()));
    return false;
  }
  if (text.find("\\u") != std::string_view::npos && has_surrogate_within(document)) {
    diagnostics.add_at(
        0, {}, "expected strings in UTF-8, found half of a surrogate pair (\\ud800 to \\udfff)");
    return false;
  }
  if (has_duplicates_within(document)) report_duplicate_keys(text, diagnostics);
  return true;
}

}  // namespace oci::spec
