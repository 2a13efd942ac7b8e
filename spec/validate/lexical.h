// Forms of text and lists, without looking at any filesystem.
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

// A path in the container as it would resolve without symbolic links: absolute, and without "", "."
// and ".." components. Nothing is above the root.
std::string clean_path(std::string_view path);

// Calls found(earlier, later) for each index whose key is also the key of an earlier one; `earlier`
// is the first such. key(i) must be cheap to copy and comparable.
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
