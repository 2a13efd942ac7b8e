// The stable code of an error: for the log, and for the report of `check`.
#pragma once

#include <string_view>

#include "spec/code.h"
#include "spec/error.h"

namespace oci {

// By its kind and by the property that it is about. The texts of errors about the program are
// fixed, because engines search them.
Code code_of(const Error& error);

// The text without "config.json:5:25: ", and of several lines the first.
std::string_view without_position(std::string_view message);

// The JSON path that the text begins with: "mounts[2].source". "": none.
std::string_view property_in(std::string_view message);

}  // namespace oci
