// The only file that includes RapidJSON. Everything else sees the names of oci::json.
#pragma once

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstddef>
#include <string_view>

namespace oci::json {

using Value = rapidjson::Value;
using Document = rapidjson::Document;
using Size = rapidjson::SizeType;

// A key to look up, without copying it.
inline Value ref(std::string_view text) {
  return Value(rapidjson::StringRef(text.data(), static_cast<Size>(text.size())));
}

}  // namespace oci::json
