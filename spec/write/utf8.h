// Text that JSON can carry.
#pragma once

#include <string>
#include <string_view>

namespace oci::spec {

// `text` with every byte that is no part of well-formed UTF-8 replaced by U+FFFD (RFC 3629, so
// neither surrogates nor overlong forms): an argument or a path may hold any byte but NUL.
std::string valid_utf8(std::string_view text);

}  // namespace oci::spec
