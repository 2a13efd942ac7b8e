// "Did you mean": the known word that a mistyped one is nearest to.
#pragma once

#include <span>
#include <string_view>

namespace oci::spec {

// Empty: none is near enough to be worth a guess.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace oci::spec
