#include "spec/nearest.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

namespace oci::spec {
namespace {

// Edit distance: insertions, deletions, substitutions and swaps of neighbours.
size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1);
  std::vector<size_t> above(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  std::iota(above.begin(), above.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

}  // namespace

std::string_view nearest(std::string_view word, std::span<const std::string_view> known) {
  std::string_view best;
  // Up to a third of the word may be wrong; in a short word, one letter.
  size_t limit = std::max<size_t>(1, word.size() / 3);
  if (word.size() > 64) return best;
  for (const std::string_view one : known) {
    const size_t far = distance(word, one);
    if (far > limit || far >= one.size()) continue;
    best = one;
    if (far == 0) break;
    limit = far - 1;
  }
  return best;
}

}  // namespace oci::spec
