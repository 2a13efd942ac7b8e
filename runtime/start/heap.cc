#include "runtime/start/heap.h"

#include "runtime/start/memory_functions.h"

namespace oci::start {
namespace {

constexpr size_t kChunk = size_t{1} << 20;
constexpr size_t kPage = 4096;
constexpr size_t kLargest = size_t{1} << 18;

constexpr size_t round_up(size_t bytes, size_t to) {
  return (bytes + to - 1) & ~(to - 1);
}

}  // namespace

// 0-3: 16, 32, 48, 64. Then 80, 96, 112, 128, 160, 192, ... 256 KiB.
uint32_t Heap::class_of(size_t bytes) {
  if (bytes <= 64) return bytes == 0 ? 0 : static_cast<uint32_t>((bytes - 1) / 16);
  const auto power = static_cast<uint32_t>(63 - __builtin_clzl(bytes - 1));  // >= 6
  return (power - 5) * 4 + static_cast<uint32_t>(((bytes - 1) >> (power - 2)) & 3);
}

size_t Heap::bytes_of(uint32_t size_class) {
  if (size_class < 4) return (size_t{size_class} + 1) * 16;
  const uint32_t power = size_class / 4 + 5;
  return (size_t{5} + size_class % 4) << (power - 2);
}

Heap::Header* Heap::in_use(void* block) {
  Header* const header = static_cast<Header*>(block) - 1;
  if (header->mark != kUsed) pages_.misused("memory that is not in use was given back");
  return header;
}

// The rest of a used-up chunk stays unused: chunks follow each other at most once in a megabyte.
Heap::Header* Heap::carve(size_t bytes) {
  const size_t whole = bytes + sizeof(Header);
  if (left_ < whole) {
    void* const chunk = pages_.map(kChunk);
    if (chunk == nullptr) return nullptr;
    next_ = static_cast<char*>(chunk);
    left_ = kChunk;
  }
  auto* const header = reinterpret_cast<Header*>(next_);
  next_ += whole;
  left_ -= whole;
  return header;
}

void* Heap::take_large(size_t bytes) {
  if (bytes > SIZE_MAX / 2) return nullptr;
  const size_t whole = round_up(bytes + sizeof(Header), kPage);
  auto* const header = static_cast<Header*>(pages_.map(whole));
  if (header == nullptr) return nullptr;
  *header = {.bytes = whole - sizeof(Header), .size_class = kLarge, .mark = kUsed};
  return header + 1;
}

void* Heap::take(size_t bytes) {
  if (bytes > kLargest) return take_large(bytes);
  const uint32_t size_class = class_of(bytes);
  if (void* const block = free_[size_class]) {
    free_[size_class] = memory::load<void*>(block);
    Header* const header = static_cast<Header*>(block) - 1;
    if (header->mark != kFree) pages_.misused("a freed block of memory was written to");
    header->mark = kUsed;
    return block;
  }
  Header* const header = carve(bytes_of(size_class));
  if (header == nullptr) return nullptr;
  *header = {.bytes = bytes_of(size_class), .size_class = size_class, .mark = kUsed};
  return header + 1;
}

void Heap::give_back(void* block) {
  if (block == nullptr) return;
  Header* const header = in_use(block);
  if (header->size_class == kLarge) {
    pages_.unmap(header, header->bytes + sizeof(Header));
    return;
  }
  header->mark = kFree;
  memory::store(block, free_[header->size_class]);
  free_[header->size_class] = block;
}

void* Heap::resize(void* block, size_t bytes) {
  if (block == nullptr) return take(bytes);
  const size_t had = in_use(block)->bytes;
  if (bytes <= had) return block;
  void* const fresh = take(bytes);
  if (fresh == nullptr) return nullptr;
  copy(fresh, block, had);
  give_back(block);
  return fresh;
}

}  // namespace oci::start
