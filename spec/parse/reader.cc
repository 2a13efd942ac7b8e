#include "spec/parse/reader.h"

#include <algorithm>

#include "spec/nearest.h"

namespace oci::spec {

std::string describe(const json::Value& value) {
  if (value.IsNull()) return "null";
  if (value.IsBool()) return value.GetBool() ? "true" : "false";
  if (value.IsObject()) return "an object";
  if (value.IsArray()) return "an array";
  if (value.IsString())
    return cat("the string ", quoted(std::string_view(value.GetString(), value.GetStringLength())));
  return cat("the number ", json::compact(value));
}

std::string path_of(const Step* step) {
  // The chain is at most kMaxDepth long: parse_json() refuses deeper documents.
  if (step == nullptr) return {};
  const std::string parent = path_of(step->parent);
  if (step->key.data() == nullptr) return child_path(parent, size_t{step->index});
  return child_path(parent, step->key);
}

const json::Value* Reader::find(std::string_view key) const {
  if (diagnostics_.unknown() != nullptr) asked_.push_back(key);
  const auto member = object_.FindMember(json::ref(key));
  if (member == object_.MemberEnd() || member->value.IsNull()) return nullptr;
  return &member->value;
}

bool Reader::is_present(std::string_view key) {
  if (has(key)) return true;
  problem(key, "missing: this property is required", Code::kMissing);
  return false;
}

void Reader::problem(std::string_view key, std::string text, Code code) {
  const Step step{step_, key};
  diagnostics_.add(path_of(&step), std::move(text), code);
}

void Reader::mismatch(const Step& step, std::string_view expected, const json::Value& found,
                      Code code) {
  // If a string was expected, "found the string" would mislead: show its value.
  const auto text = string_of(found);
  const bool is_wrong_text =
      text && (expected.starts_with("one of") || expected.starts_with("a string"));
  diagnostics_.add(
      path_of(&step),
      cat("expected ", expected, ", found ", is_wrong_text ? quoted(*text) : describe(found)),
      code);
}

void Reader::read(const json::Value& value, const Step& step, std::string& out) {
  if (!value.IsString()) return mismatch(step, "a string", value);
  const std::string_view text(value.GetString(), value.GetStringLength());
  // The first system call that takes the string would silently cut it at a NUL.
  if (text.find('\0') != std::string_view::npos)
    return mismatch(step, "a string without NUL bytes", value, Code::kNulByte);
  out = text;
}

void Reader::read(const json::Value& value, const Step& step, bool& out) {
  if (!value.IsBool()) return mismatch(step, "true or false", value);
  out = value.GetBool();
}

bool Reader::read_signed(const json::Value& value, const Step& step, int64_t low, int64_t high,
                         int64_t& out) {
  if (value.IsInt64() && value.GetInt64() >= low && value.GetInt64() <= high) {
    out = value.GetInt64();
    return true;
  }
  mismatch(step, cat("an integer from ", low, " to ", high), value,
           value.IsNumber() ? Code::kRange : Code::kType);
  return false;
}

bool Reader::read_unsigned(const json::Value& value, const Step& step, uint64_t high,
                           uint64_t& out) {
  if (value.IsUint64() && value.GetUint64() <= high) {
    out = value.GetUint64();
    return true;
  }
  mismatch(step, cat("an integer from 0 to ", high), value,
           value.IsNumber() ? Code::kRange : Code::kType);
  return false;
}

bool Reader::check_key(std::string_view name, const Step& step) {
  if (name.find('\0') == std::string_view::npos) return true;
  diagnostics_.add(path_of(&step), "expected a key without NUL bytes", Code::kNulByte);
  return false;
}

void Reader::pairs(std::string_view key, StringPairs& out) {
  members(key, [&](std::string_view name, const json::Value& value, const Step& step) {
    auto& pair = out.emplace_back();
    pair.first = name;
    read(value, step, pair.second);
  });
}

void Reader::only(std::initializer_list<std::string_view> known) {
  if (diagnostics_.unknown() != nullptr) {
    for (const auto& member : object_.GetObject())
      asked_.emplace_back(member.name.GetString(), member.name.GetStringLength());
  }
  for (const auto& member : object_.GetObject()) {
    const std::string_view name(member.name.GetString(), member.name.GetStringLength());
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    std::string expected;
    for (const std::string_view each : known)
      expected.append(expected.empty() ? "expected one of " : ", ").append(each);
    problem(name, cat(expected, ", found ", quoted(name)), Code::kUnknownValue);
  }
}

void Reader::discard_string(std::string_view key) {
  std::string unused;
  optional(key, unused);
}

void Reader::other_platforms(std::initializer_list<std::string_view> keys) {
  if (diagnostics_.unknown() == nullptr) return;
  for (const std::string_view key : keys) {
    if (!has(key)) continue;
    const Step step{step_, key};
    diagnostics_.unknown()->add(path_of(&step), "is for another platform, and has no effect here",
                                Code::kOtherPlatform);
  }
}

void Reader::report_unknown() {
  for (const auto& member : object_.GetObject()) {
    const std::string_view name(member.name.GetString(), member.name.GetStringLength());
    if (std::ranges::find(asked_, name) != asked_.end()) continue;
    const std::string_view near = nearest(name, asked_);
    const Step step{step_, name};
    diagnostics_.unknown()->add(path_of(&step),
                                cat("unknown property, which has no effect",
                                    near.empty() ? "" : cat("; did you mean ", quoted(near), "?")),
                                Code::kUnknownProperty);
  }
}

}  // namespace oci::spec
