// Writes the flat block for container init: runtime/wire/plan.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "runtime/wire/plan.h"

namespace oci::plan {

// Append strings and lists, store the results in init() or in a list appended later, then call
// finish(). Data is aligned to 8 bytes where necessary. Nothing is shared.
class Block {
 public:
  Block();

  // The InitPlan at the front.
  wire::InitPlan& init() { return init_; }

  wire::Text text(std::string_view value);

  // As text(), but an empty value is absent.
  wire::Text optional_text(std::string_view value);

  template <class T>
  wire::List<T> list(std::span<const T> items) {
    static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= 8);
    if (items.empty()) return {};
    const uint32_t at = append(items.data(), items.size_bytes());
    return {at, static_cast<uint32_t>(items.size())};
  }
  template <class T>
  wire::List<T> list(const std::vector<T>& items) {
    return list(std::span<const T>(items));
  }

  // An execve(2) vector with `spare` slots besides the final zero.
  wire::Vector vector(std::span<const std::string_view> items, uint32_t spare);

  // Returns the bytes. The block is empty afterwards.
  std::string finish();

 private:
  uint32_t append(const void* data, size_t size);  // 8-byte aligned

  wire::InitPlan init_;
  std::string bytes_;
};

}  // namespace oci::plan
