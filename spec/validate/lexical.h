// Checks of strings and lists that need no filesystem.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

namespace oci::spec {

inline bool is_absolute(std::string_view path) {
  return path.starts_with('/');
}

// A path in the container, resolved without symbolic links: absolute, without "", "." and ".."
// components. ".." at the root stays there.
std::string clean_path(std::string_view path);

// Calls found(earlier, later) for each index with the same key as an earlier one; `earlier` is the
// first such index. key(i) must be cheap to copy and comparable.
template <class Key, class Found>
void for_each_repeated(size_t count, Key key, Found found) {
  if (count < 2) return;
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&key](size_t a, size_t b) { return key(a) < key(b); });
  size_t first = order[0];
  for (size_t k = 1; k < count; ++k) {
    if (key(first) == key(order[k])) {
      found(first, order[k]);
    } else {
      first = order[k];
    }
  }
}

}  // namespace oci::spec
