// A table of names: one word for each value.
#pragma once

#include <cstddef>
#include <string_view>

namespace oci::spec {

template <class E>
struct Name {
  std::string_view name;
  E value;
};

// The value for `text`, or null.
template <class E, size_t N>
constexpr const E* find_name(const Name<E> (&table)[N], std::string_view text) {
  for (const Name<E>& each : table)
    if (each.name == text) return &each.value;
  return nullptr;
}

// The first name of `value` in the table, or "".
template <class E, size_t N>
constexpr std::string_view name_of(const Name<E> (&table)[N], E value) {
  for (const Name<E>& each : table)
    if (each.value == value) return each.name;
  return {};
}

}  // namespace oci::spec
