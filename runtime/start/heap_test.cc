#include "runtime/start/heap.h"

#include <sys/mman.h>

#include <cstring>
#include <stdexcept>
#include <vector>

#include "third_party/boost_test.h"

namespace oci::start {
namespace {

size_t mapped = 0;
size_t mapped_most = SIZE_MAX;

void* map(size_t bytes) {
  if (mapped + bytes > mapped_most) return nullptr;
  void* const at =
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mapped += bytes;
  return at == MAP_FAILED ? nullptr : at;
}

void unmap(void* at, size_t bytes) {
  mapped -= bytes;
  ::munmap(at, bytes);
}

void misused(const char* text) {
  throw std::runtime_error(text);
}

struct Fixture {
  Fixture() {
    mapped = 0;
    mapped_most = SIZE_MAX;
  }
  alignas(Heap::kAlignment) char first[4096] = {};
  Heap heap{{map, unmap, misused}, first, sizeof first};
};

BOOST_FIXTURE_TEST_SUITE(heap, Fixture)

// Each block holds its own bytes to its end, whatever was taken and given back between.
BOOST_AUTO_TEST_CASE(blocks_are_aligned_and_apart) {
  struct Block {
    char* at;
    size_t size;
    int mark;
  };
  std::vector<Block> blocks;
  unsigned random = 1;
  for (int round = 0; round < 20000; ++round) {
    random = random * 1103515245 + 12345;
    const size_t size = (random >> 8) % ((round % 50) == 0 ? 400000 : 600);
    if (blocks.size() > 100) {
      const size_t which = (random >> 16) % blocks.size();
      const Block gone = blocks[which];
      for (size_t i = 0; i < gone.size; i += 61)
        BOOST_REQUIRE(gone.at[i] == static_cast<char>(gone.mark));
      this->heap.give_back(gone.at);
      blocks.erase(blocks.begin() + static_cast<std::ptrdiff_t>(which));
    }
    auto* const at = static_cast<char*>(this->heap.take(size));
    BOOST_REQUIRE(at != nullptr);
    BOOST_REQUIRE(reinterpret_cast<uintptr_t>(at) % Heap::kAlignment == 0);
    std::memset(at, round, size);
    blocks.push_back({at, size, round});
  }
}

BOOST_AUTO_TEST_CASE(freed_memory_is_used_again) {
  for (int round = 0; round < 100000; ++round) {
    void* const small = this->heap.take(200);
    void* const large = this->heap.take(size_t{1} << 20);
    this->heap.give_back(small);
    this->heap.give_back(large);
  }
  BOOST_TEST(mapped == 0);
}

BOOST_AUTO_TEST_CASE(a_block_that_grows_keeps_its_bytes) {
  auto* block = static_cast<char*>(this->heap.resize(nullptr, 1));
  *block = 'a';
  for (size_t size = 2; size < 3000000; size = size * 3 / 2 + 1) {
    block = static_cast<char*>(this->heap.resize(block, size));
    BOOST_REQUIRE(block[0] == 'a');
    BOOST_REQUIRE(size < 4 || block[(size * 2 / 3) / 2] != 'b');
    block[size - 1] = 'c';
  }
  this->heap.give_back(block);
  this->heap.give_back(nullptr);
}

BOOST_AUTO_TEST_CASE(no_memory_is_said) {
  mapped_most = 0;
  BOOST_TEST(this->heap.take(5000) == nullptr);
  BOOST_TEST(this->heap.take(size_t{1} << 30) == nullptr);
  BOOST_TEST(this->heap.take(SIZE_MAX - 8) == nullptr);
  void* const block = this->heap.take(100);
  BOOST_TEST(block != nullptr);
  BOOST_TEST(this->heap.resize(block, 1 << 20) == nullptr);
  this->heap.give_back(block);  // still in use after a resize that failed
}

BOOST_AUTO_TEST_CASE(misuse_is_seen) {
  void* const block = this->heap.take(100);
  this->heap.give_back(block);
  BOOST_CHECK_THROW(this->heap.give_back(block), std::runtime_error);
  BOOST_CHECK_THROW(this->heap.give_back(first + 2048), std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::start
