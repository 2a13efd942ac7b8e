// A small allocator for one thread. Freed blocks are used again by blocks of the same class; blocks
// beyond the largest class go back to the kernel.
#pragma once

#include <cstddef>
#include <cstdint>

namespace oci::start {

// Where a heap gets its memory: whole pages, zeroed. nullptr: there is none.
struct Pages {
  void* (*map)(size_t bytes);
  void (*unmap)(void* at, size_t bytes);
  void (*misused)(const char* text);  // does not return
};

class Heap {
 public:
  static constexpr size_t kAlignment = 16;

  // `first`: aligned memory that is used before that of `pages`.
  constexpr Heap(Pages pages, char* first, size_t bytes)
      : pages_(pages), next_(first), left_(bytes) {}

  // nullptr: no memory. 0 bytes are a block, too.
  void* take(size_t bytes);
  // `block`: from take(), or nullptr. A block that is not in use ends the program.
  void give_back(void* block);
  // As realloc(3).
  void* resize(void* block, size_t bytes);

 private:
  // In front of each block. In a freed one the block's first word is the next freed one.
  struct Header {
    size_t bytes;         // of the block behind it
    uint32_t size_class;  // kLarge: by itself in its own pages
    uint32_t mark;
  };
  static_assert(sizeof(Header) == kAlignment);

  // Four classes for each power of two, from 16 bytes to 256 KiB.
  static constexpr uint32_t kClasses = 52, kLarge = kClasses;
  static constexpr uint32_t kUsed = 0x5e11ab1e, kFree = 0xf7eeb10c;

  static uint32_t class_of(size_t bytes);
  static size_t bytes_of(uint32_t size_class);
  Header* in_use(void* block);
  Header* carve(size_t bytes);
  void* take_large(size_t bytes);

  Pages pages_;
  char* next_;
  size_t left_;
  void* free_[kClasses] = {};
};

}  // namespace oci::start
