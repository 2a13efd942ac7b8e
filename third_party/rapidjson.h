// The only file that includes RapidJSON. Everything else sees the names of oci::json.
#pragma once

#include <rapidjson/document.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace oci::json {

using Value = rapidjson::Value;
using Document = rapidjson::Document;
using Size = rapidjson::SizeType;

// The event interface, for depth and positions while parsing, which a Document does not keep.
using TextStream = rapidjson::MemoryStream;
using InsituStream = rapidjson::InsituStringStream;
using TextReader = rapidjson::Reader;
using ParseError = rapidjson::ParseErrorCode;
inline constexpr unsigned kIterative = rapidjson::kParseIterativeFlag;  // no stack for depth
inline constexpr unsigned kInsitu = rapidjson::kParseInsituFlag;
inline constexpr unsigned kValidateUtf8 = rapidjson::kParseValidateEncodingFlag;

// A key to look up, without copying it.
inline Value ref(std::string_view text) {
  return Value(rapidjson::StringRef(text.data(), static_cast<Size>(text.size())));
}

// A value as JSON text, on one line.
inline std::string compact(const Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return std::string(buffer.GetString(), buffer.GetSize());
}

}  // namespace oci::json
