// Makes arbitrary bytes valid in JSON.
#pragma once

#include <string>
#include <string_view>

namespace oci::spec {

// Returns `text` with every malformed byte replaced by U+FFFD (RFC 3629: surrogates and overlong
// forms are malformed, too). Arguments and paths may hold any byte but NUL.
std::string valid_utf8(std::string_view text);

}  // namespace oci::spec
