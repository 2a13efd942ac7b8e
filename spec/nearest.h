// "Did you mean": finds the known word nearest to a mistyped one.
#pragma once

#include <span>
#include <string_view>

namespace oci::spec {

// Empty: no known word is near enough for a suggestion.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace oci::spec
