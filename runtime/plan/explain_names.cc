#include "runtime/plan/explain_names.h"

#include <array>
#include <charconv>

#include "runtime/plan/capabilities.h"
#include "runtime/plan/namespaces.h"
#include "spec/error.h"
#include "spec/parse/names.h"

namespace oci::plan {
std::string_view namespace_name(uint64_t clone_flag) {
  for (const auto& [type, flag] : kNamespaceFlags)
    if (flag == clone_flag) return spec::name_of(spec::kNamespaceNames, type);
  return {};
}

std::vector<std::string_view> namespace_names(uint64_t clone_flags) {
  std::vector<std::string_view> names;
  for (const auto& [type, flag] : kNamespaceFlags) {
    if ((clone_flags & flag) != 0) names.push_back(spec::name_of(spec::kNamespaceNames, type));
  }
  return names;
}

std::vector<std::string_view> capability_set_names(uint64_t set) {
  std::vector<std::string_view> names;
  const auto known = capability_names();
  for (size_t i = 0; i < known.size(); ++i) {
    if ((set >> i & 1) != 0) names.push_back(known[i]);
  }
  return names;
}

std::string octal(uint32_t mode) {
  std::array<char, 16> digits{};
  const auto [end, error] = std::to_chars(digits.begin(), digits.end(), mode, 8);
  return cat("0", std::string_view(digits.begin(), end));
}

}  // namespace oci::plan
