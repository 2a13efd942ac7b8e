// Checks that hold for each refusal of a document.
#pragma once

#include <string_view>

#include "spec/error.h"

namespace oci::fuzz {

// The message consists of lines "NAME:LINE:COLUMN: ...", at most 50 and "and N more". Each position
// is in the text or just behind it. The message is UTF-8 without control characters.
void check_refusal(const Error& error, std::string_view document_name, std::string_view text);

// Checks that accepted text is JSON, and an object or an array.
void check_is_json(std::string_view text);

}  // namespace oci::fuzz
