#include "conformance/product/fuzz/target.h"

#include <cstdio>
#include <cstdlib>

namespace oci::fuzz {

void demand(bool holds, std::string_view claim, std::string_view found) {
  if (holds) return;
  std::fprintf(stderr, "not so: %.*s%s%.*s\n", static_cast<int>(claim.size()), claim.data(),
               found.empty() ? "" : "\nfound: ", static_cast<int>(found.size()), found.data());
  std::abort();
}

uint8_t Input::byte() {
  if (left_.empty()) return 0;
  const auto first = static_cast<uint8_t>(left_.front());
  left_.remove_prefix(1);
  return first;
}

uint64_t Input::number() {
  constexpr uint64_t kEdges[] = {0,          1,           0x7fffffff,  0x80000000,
                                 0xffffffff, 0x100000000, ~uint64_t{0}};
  const uint8_t form = byte();
  if (form < 0x80) return form;
  const uint64_t step = form % 3;  // below the edge, at it, above it
  if (form < 0xe0) return one_of(kEdges) + step - 1;
  uint64_t value = 0;
  for (int i = 0; i < 8; ++i)
    value = value << 8 | byte();
  return value;
}

std::string_view Input::rest() {
  const std::string_view all = left_;
  left_ = {};
  return all;
}

}  // namespace oci::fuzz
