// Strict JSON parsing: behaviour that RFC 8259 leaves to the implementation is an error here.
#pragma once

#include <string>
#include <string_view>

#include "spec/diagnostics.h"
#include "third_party/rapidjson.h"

namespace oci::spec {

// Parses `text` into `document`. Its strings point into `buffer`, which is overwritten and must
// live as long. Returns false, with one problem, if the text is not JSON in UTF-8, has a byte order
// mark or a NUL byte, continues after the document, or nests deeper than kMaxDepth. Duplicate keys
// in any object are also problems, but the document can still be read.
bool parse_json(std::string_view text, std::string& buffer, json::Document& document,
                Diagnostics& diagnostics);

}  // namespace oci::spec
