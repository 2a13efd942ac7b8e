// Text → JSON values, strictly: what RFC 8259 leaves to the implementation is an error here.
#pragma once

#include <string>
#include <string_view>

#include "spec/diagnostics.h"
#include "third_party/rapidjson.h"

namespace oci::spec {

// Parses `text` into `document`; the strings of the values lie in `buffer`, which must live as long
// and is overwritten. False, with one problem, for what is not JSON in UTF-8, has a byte order mark
// or a NUL byte, goes on after the document, or is nested deeper than kMaxDepth. Duplicate keys are
// problems too, in any object, but leave a document to read.
bool parse_json(std::string_view text, std::string& buffer, json::Document& document,
                Diagnostics& diagnostics);

}  // namespace oci::spec
