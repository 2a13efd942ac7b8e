#include "runtime/start/memory_functions.h"

#include <cstring>
#include <string>
#include <vector>

#include "third_party/boost_test.h"

namespace oci::start {
namespace {

constexpr size_t kSizes[] = {0,  1,  2,   3,   4,   5,   7,   8,   9,   15,  16,
                             17, 23, 31,  32,  33,  47,  48,  49,  63,  64,  65,
                             96, 97, 128, 255, 256, 257, 511, 512, 513, 4097};

int sign(int value) {
  return (value > 0) - (value < 0);
}

// Bytes that repeat late, so that a byte at a wrong place is seen.
std::vector<char> pattern(size_t size) {
  std::vector<char> out(size);
  for (size_t i = 0; i < size; ++i)
    out[i] = static_cast<char>(i * 7 + i / 251);
  return out;
}

BOOST_AUTO_TEST_SUITE(memory_functions)

// Exact sizes: a sanitizer sees each byte outside.
BOOST_AUTO_TEST_CASE(copy_and_fill_write_all_bytes_and_no_more) {
  for (const size_t size : kSizes) {
    const std::vector<char> from = pattern(size);
    std::vector<char> to(size, 'x');
    copy(to.data(), from.data(), size);
    BOOST_TEST((to == from), size);
    std::vector<char> around(size + 2, 'x');
    fill(around.data() + 1, 0x1e5, size);  // the lowest byte counts
    std::vector<char> expected(size + 2, static_cast<char>(0xe5));
    expected.front() = expected.back() = 'x';
    BOOST_TEST((around == expected), size);
  }
}

BOOST_AUTO_TEST_CASE(move_takes_areas_that_overlap) {
  for (const size_t size : kSizes) {
    for (const size_t shift :
         {size_t{0}, size_t{1}, size_t{3}, size_t{15}, size_t{16}, size_t{17}, size_t{40}, size}) {
      if (size == 0) continue;  // memmove(3) takes no null pointer
      std::vector<char> mine = pattern(size + shift);
      std::vector<char> theirs = mine;
      move(mine.data() + shift, mine.data(), size);
      std::memmove(theirs.data() + shift, theirs.data(), size);
      BOOST_TEST((mine == theirs), size << " up by " << shift);
      mine = theirs = pattern(size + shift);
      move(mine.data(), mine.data() + shift, size);
      std::memmove(theirs.data(), theirs.data() + shift, size);
      BOOST_TEST((mine == theirs), size << " down by " << shift);
    }
  }
}

BOOST_AUTO_TEST_CASE(compare_and_find_agree_with_the_c_library) {
  for (const size_t size : kSizes) {
    const std::vector<char> a(size, 'a');
    BOOST_TEST(compare(a.data(), a.data(), size) == 0);
    BOOST_TEST(find(a.data(), 'b', size) == nullptr);
    for (size_t at = 0; at < size; at += 1 + size / 40) {
      for (const char other : {'b', '\0', static_cast<char>(0xff)}) {
        std::vector<char> b = a;
        b[at] = other;
        BOOST_TEST(sign(compare(a.data(), b.data(), size)) ==
                   sign(std::memcmp(a.data(), b.data(), size)));
        BOOST_TEST(find(b.data(), other, size) == b.data() + at);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(length_and_order_of_texts) {
  BOOST_TEST(length("") == 0);
  BOOST_TEST(length("four") == 4);
  const char* const texts[] = {"", "a", "b", "ab", "\xff", "a\xff", "aa"};
  for (const char* a : texts)
    for (const char* b : texts)
      BOOST_TEST(sign(compare_text(a, b)) == sign(std::strcmp(a, b)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::start
