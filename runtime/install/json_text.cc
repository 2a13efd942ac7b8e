#include "runtime/install/json_text.h"

#include <algorithm>

#include "spec/error.h"
#include "third_party/rapidjson.h"

namespace oci::install {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

size_t skip_blanks(std::string_view text, size_t at) {
  return std::min(text.find_first_not_of(kBlanks, at), text.size());
}

size_t string_end(std::string_view text, size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return std::min(at + 1, text.size());
}

size_t value_end(std::string_view text, size_t at) {
  if (text[at] == '"') return string_end(text, at);
  if (text[at] != '{' && text[at] != '[') {
    return std::min(text.find_first_of(",]} \t\r\n", at), text.size());
  }
  size_t depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    at = c == '"' ? string_end(text, at) : at + 1;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) break;
  }
  return at;
}

std::string decoded(std::string_view token) {
  json::Document document;
  document.Parse(token.data(), token.size());
  return document.IsString() ? std::string(document.GetString(), document.GetStringLength()) : "";
}

// The blanks before `at`.
std::string_view blanks_before(std::string_view text, size_t at) {
  const std::string_view before = text.substr(0, at);
  const size_t last = before.find_last_not_of(kBlanks);
  return before.substr(last == std::string_view::npos ? 0 : last + 1);
}

// The indent of the line of `at`.
std::string_view indent_of_line(std::string_view text, size_t at) {
  const size_t newline = text.substr(0, at).rfind('\n');
  const size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
  const size_t end = std::min(text.find_first_not_of(" \t", begin), text.size());
  return text.substr(begin, end - begin);
}

std::string indented(std::string_view value, std::string_view indent) {
  std::string out;
  for (const char c : value) {
    out += c;
    if (c == '\n') out += indent;
  }
  return out;
}

}  // namespace

const JsonMember* JsonObject::find(std::string_view key) const {
  const auto found = std::find_if(members.begin(), members.end(),
                                  [key](const JsonMember& member) { return member.key == key; });
  return found == members.end() ? nullptr : &*found;
}

JsonObject json_object(std::string_view text, size_t at) {
  JsonObject object;
  object.begin = skip_blanks(text, at);
  at = skip_blanks(text, object.begin + 1);
  while (at < text.size() && text[at] != '}') {
    JsonMember member;
    member.key_begin = at;
    at = string_end(text, at);
    member.key = decoded(text.substr(member.key_begin, at - member.key_begin));
    member.value_begin = skip_blanks(text, skip_blanks(text, at) + 1);  // behind the colon
    if (member.value_begin >= text.size()) break;
    member.value_end = value_end(text, member.value_begin);
    object.members.push_back(std::move(member));
    at = skip_blanks(text, object.members.back().value_end);
    if (at < text.size() && text[at] == ',') at = skip_blanks(text, at + 1);
  }
  object.end = std::min(at + 1, text.size());
  return object;
}

std::string json_indent(std::string_view text) {
  const JsonObject root = json_object(text, 0);
  if (root.members.empty()) return "    ";  // as Docker's own examples
  const std::string_view blanks = blanks_before(text, root.members.front().key_begin);
  return blanks.find('\n') == std::string_view::npos
             ? ""
             : std::string(blanks.substr(blanks.rfind('\n') + 1));
}

std::string json_with_member(std::string_view text, const JsonObject& object, std::string_view key,
                             std::string_view value) {
  const std::string name = json::compact(json::ref(key)) + ": ";
  if (object.members.empty()) {
    const std::string_view outer = indent_of_line(text, object.begin);
    const std::string unit = json_indent(text);
    const std::string inner = unit.empty() ? "" : cat("\n", outer, unit);
    return cat(text.substr(0, object.begin + 1), inner, name, indented(value, cat(outer, unit)),
               unit.empty() ? "" : cat("\n", outer), text.substr(object.end - 1));
  }
  const JsonMember& last = object.members.back();
  const std::string_view blanks = blanks_before(text, last.key_begin);
  const bool lines = blanks.find('\n') != std::string_view::npos;
  const std::string_view indent = lines ? blanks.substr(blanks.rfind('\n') + 1) : "";
  // The first member may follow the brace on the same line without a blank.
  const std::string_view between = lines ? blanks : " ";
  return cat(text.substr(0, last.value_end), ",", between, name, indented(value, indent),
             text.substr(last.value_end));
}

std::string json_without_member(std::string_view text, const JsonObject& object,
                                const JsonMember& member) {
  const auto index = static_cast<size_t>(&member - object.members.data());
  if (object.members.size() == 1) {
    return cat(text.substr(0, object.begin + 1), text.substr(object.end - 1));
  }
  if (index == 0) {
    return cat(text.substr(0, member.key_begin), text.substr(object.members[1].key_begin));
  }
  return cat(text.substr(0, object.members[index - 1].value_end), text.substr(member.value_end));
}

}  // namespace oci::install
