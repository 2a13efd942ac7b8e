#include "conformance/harness/json.h"

#include <charconv>

#include "conformance/harness/case.h"
#include "conformance/harness/files.h"

namespace oci::conformance {
namespace {

// "~1" is "/" and "~0" is "~" (RFC 6901).
std::string unescaped(std::string token) {
  for (size_t at = 0; (at = token.find('~', at)) != token.npos; ++at) {
    if (at + 1 < token.size()) token.replace(at, 2, token[at + 1] == '1' ? "/" : "~");
  }
  return token;
}

std::vector<std::string> tokens(std::string_view pointer) {
  std::vector<std::string> parts = split(pointer, '/');
  for (std::string& part : parts)
    part = unescaped(part);
  return parts;
}

bool is_index(const std::string& token, json::Size& index) {
  const char* end = token.data() + token.size();
  return std::from_chars(token.data(), end, index).ptr == end;
}

json::Value& child(json::Document& in, json::Value& parent, const std::string& token) {
  auto& allocator = in.GetAllocator();
  json::Size index = 0;
  if (token == "-" || (parent.IsArray() && is_index(token, index))) {
    if (!parent.IsArray()) parent.SetArray();
    if (token == "-") index = parent.Size();
    while (parent.Size() <= index)
      parent.PushBack(json::Value(), allocator);
    return parent[index];
  }
  if (!parent.IsObject()) parent.SetObject();
  if (const auto found = parent.FindMember(token.c_str()); found != parent.MemberEnd())
    return found->value;
  parent.AddMember(make_value(in, token), json::Value(), allocator);
  return parent.FindMember(token.c_str())->value;
}

}  // namespace

json::Document parse_json(const std::string& what, std::string_view text) {
  json::Document document;
  document.Parse(text.data(), text.size());
  if (document.HasParseError()) {
    throw Failed(what + " is no JSON: '" + std::string(text.substr(0, 300)) + "'");
  }
  return document;
}

const json::Value* find(const json::Value& from, std::string_view pointer) {
  const json::Value* at = &from;
  for (const std::string& token : tokens(pointer)) {
    json::Size index = 0;
    if (at->IsArray() && is_index(token, index) && index < at->Size()) {
      at = &(*at)[index];
    } else if (at->IsObject() && at->HasMember(token.c_str())) {
      at = &(*at)[token.c_str()];
    } else {
      return nullptr;
    }
  }
  return at;
}

json::Value& place(json::Document& in, std::string_view pointer) {
  json::Value* at = &in;
  for (const std::string& token : tokens(pointer))
    at = &child(in, *at, token);
  return *at;
}

void remove(json::Document& from, std::string_view pointer) {
  std::vector<std::string> parts = tokens(pointer);
  const std::string last = parts.back();
  const std::string_view parent_pointer = pointer.substr(0, pointer.rfind('/'));
  json::Value& parent = place(from, parent_pointer);
  json::Size index = 0;
  if (parent.IsObject()) parent.RemoveMember(last.c_str());
  if (parent.IsArray() && is_index(last, index) && index < parent.Size()) {
    parent.Erase(parent.Begin() + index);
  }
}

std::string to_text(const json::Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

json::Value make_value(json::Document& in, const std::vector<std::string>& words) {
  json::Value array(rapidjson::kArrayType);
  for (const std::string& word : words)
    array.PushBack(make_value(in, word), in.GetAllocator());
  return array;
}

}  // namespace oci::conformance
