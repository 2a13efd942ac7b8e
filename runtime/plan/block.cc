#include "runtime/plan/block.h"

#include <cstring>

namespace oci::plan {
namespace {

constexpr size_t kAlignment = 8;
constexpr size_t kUsualSize = 16 << 10;  // avoids reallocation for a usual plan

}  // namespace

static_assert(std::is_trivially_copyable_v<wire::InitPlan> &&
              alignof(wire::InitPlan) <= kAlignment);

Block::Block() {
  bytes_.reserve(kUsualSize);
  bytes_.resize(sizeof(wire::InitPlan));
}

wire::Text Block::text(std::string_view value) {
  const auto at = static_cast<uint32_t>(bytes_.size());
  bytes_.append(value).push_back('\0');
  return {at};
}

wire::Text Block::optional_text(std::string_view value) {
  return value.empty() ? wire::Text{} : text(value);
}

wire::Vector Block::vector(std::span<const std::string_view> items, uint32_t spare) {
  std::vector<uint64_t> offsets;
  offsets.reserve(items.size() + 1 + spare);
  for (const std::string_view item : items)
    offsets.push_back(text(item).at);
  const auto count = static_cast<uint32_t>(items.size());
  const uint32_t slots = count + 1 + spare;
  offsets.resize(slots);
  return {append(offsets.data(), offsets.size() * sizeof(uint64_t)), count, slots};
}

uint32_t Block::append(const void* data, size_t size) {
  bytes_.resize((bytes_.size() + kAlignment - 1) / kAlignment * kAlignment);
  const auto at = static_cast<uint32_t>(bytes_.size());
  bytes_.append(static_cast<const char*>(data), size);
  return at;
}

std::string Block::finish() {
  init_.size = static_cast<uint32_t>(bytes_.size());
  std::memcpy(bytes_.data(), &init_, sizeof init_);
  return std::move(bytes_);
}

}  // namespace oci::plan
