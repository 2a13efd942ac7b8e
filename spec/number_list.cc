#include "spec/number_list.h"

#include <algorithm>
#include <bit>
#include <charconv>

namespace oci::spec {
namespace {

constexpr size_t kWordBits = 64;

std::string_view without_blanks(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\n");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
}

std::optional<size_t> number_of(std::string_view text, size_t limit) {
  size_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stopped != end || number >= limit) return {};
  return number;
}

bool add_range(std::string_view range, size_t limit, BitSet& out) {
  const size_t dash = range.find('-');
  const auto first = number_of(range.substr(0, dash), limit);
  const auto last = dash == range.npos ? first : number_of(range.substr(dash + 1), limit);
  if (!first || !last || *first > *last) return false;
  if (out.size() <= *last / kWordBits) out.resize(*last / kWordBits + 1);
  for (size_t i = *first; i <= *last; ++i)
    out[i / kWordBits] |= uint64_t{1} << i % kWordBits;
  return true;
}

}  // namespace

std::optional<BitSet> parse_number_list(std::string_view text, size_t limit) {
  BitSet set;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    const std::string_view range = without_blanks(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
    if (!range.empty() && !add_range(range, limit, set)) return {};
  }
  return set;
}

size_t count_of(const BitSet& set) {
  size_t count = 0;
  for (const uint64_t word : set)
    count += static_cast<size_t>(std::popcount(word));
  return count;
}

}  // namespace oci::spec
