// What holds for each refusal of a document, whatever is in it.
#pragma once

#include <string_view>

#include "spec/error.h"

namespace oci::fuzz {

// The message is lines "NAME:LINE:COLUMN: ...", at most 50 and "and N more"; each place is in the
// text or just behind it; it is UTF-8 without control characters.
void check_refusal(const Error& error, std::string_view document_name, std::string_view text);

// What the parser took for JSON is JSON, and an object or an array.
void check_is_json(std::string_view text);

}  // namespace oci::fuzz
