// Functions on bytes. gcc calls them by their C names (memory.cc); tests compare these with the C
// library's.
#pragma once

#include <emmintrin.h>

#include <cstddef>
#include <cstdint>

namespace oci::start {

namespace memory {

template <class T>
T load(const void* at) {
  T value;
  __builtin_memcpy(&value, at, sizeof value);
  return value;
}

template <class T>
void store(void* at, T value) {
  __builtin_memcpy(at, &value, sizeof value);
}

inline char* bytes(void* at) {
  return static_cast<char*>(at);
}
inline const char* bytes(const void* at) {
  return static_cast<const char*>(at);
}

// sizeof(T) <= n <= 2 * sizeof(T): the first and the last T, which may overlap. Both are loaded
// before one is stored, so `to` and `from` may overlap, too.
template <class T>
void copy_ends(void* to, const void* from, size_t n) {
  const T first = load<T>(from);
  const T last = load<T>(bytes(from) + n - sizeof(T));
  store(to, first);
  store(bytes(to) + n - sizeof(T), last);
}

// n <= 32. The areas may overlap.
inline void copy_short(void* to, const void* from, size_t n) {
  if (n >= 16) return copy_ends<__m128i>(to, from, n);
  if (n >= 8) return copy_ends<uint64_t>(to, from, n);
  if (n >= 4) return copy_ends<uint32_t>(to, from, n);
  if (n >= 2) return copy_ends<uint16_t>(to, from, n);
  if (n == 1) *bytes(to) = *bytes(from);
}

// One bit for each byte that is the same in both.
inline unsigned equal_bytes(__m128i a, __m128i b) {
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(a, b)));
}

}  // namespace memory

inline void copy(void* to, const void* from, size_t n) {
  if (n <= 32) return memory::copy_short(to, from, n);
  if (n > 512) {  // below, the processor's own loop takes longer to begin than this one to end
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
    return;
  }
  const auto last = memory::load<__m128i>(memory::bytes(from) + n - 16);
  for (size_t at = 0; at + 16 < n; at += 16)
    memory::store(memory::bytes(to) + at, memory::load<__m128i>(memory::bytes(from) + at));
  memory::store(memory::bytes(to) + n - 16, last);
}

// As copy(), for areas that overlap.
inline void move(void* to, const void* from, size_t n) {
  if (n <= 32) return memory::copy_short(to, from, n);
  const auto target = reinterpret_cast<uintptr_t>(to);
  const auto source = reinterpret_cast<uintptr_t>(from);
  if (target - source >= n && source - target >= n) return copy(to, from, n);
  if (target < source) {
    const auto last = memory::load<__m128i>(memory::bytes(from) + n - 16);
    for (size_t at = 0; at + 16 < n; at += 16)
      memory::store(memory::bytes(to) + at, memory::load<__m128i>(memory::bytes(from) + at));
    memory::store(memory::bytes(to) + n - 16, last);
    return;
  }
  const auto first = memory::load<__m128i>(from);
  for (size_t at = n; at > 16; at -= 16)
    memory::store(memory::bytes(to) + at - 16,
                  memory::load<__m128i>(memory::bytes(from) + at - 16));
  memory::store(to, first);
}

inline void fill(void* to, int value, size_t n) {
  if (n > 256) {
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(n) : "a"(value) : "memory");
    return;
  }
  const __m128i block = _mm_set1_epi8(static_cast<char>(value));
  if (n < 16) {
    for (size_t i = 0; i < n; ++i) {
      memory::bytes(to)[i] = static_cast<char>(value);
      __asm__ volatile("" : : : "memory");  // or gcc makes a call of memset of it
    }
    return;
  }
  for (size_t at = 0; at + 16 < n; at += 16)
    memory::store(memory::bytes(to) + at, block);
  memory::store(memory::bytes(to) + n - 16, block);
}

inline int compare(const void* a, const void* b, size_t n) {
  size_t at = 0;
  for (; n - at >= 16; at += 16) {
    const unsigned equal = memory::equal_bytes(memory::load<__m128i>(memory::bytes(a) + at),
                                               memory::load<__m128i>(memory::bytes(b) + at));
    if (equal == 0xffff) continue;
    at += static_cast<size_t>(__builtin_ctz(~equal));
    return static_cast<unsigned char>(memory::bytes(a)[at]) -
           static_cast<unsigned char>(memory::bytes(b)[at]);
  }
  for (; at < n; ++at) {
    const int difference = static_cast<unsigned char>(memory::bytes(a)[at]) -
                           static_cast<unsigned char>(memory::bytes(b)[at]);
    if (difference != 0) return difference;
  }
  return 0;
}

// nullptr: it is not there.
inline const void* find(const void* where, int value, size_t n) {
  const __m128i wanted = _mm_set1_epi8(static_cast<char>(value));
  size_t at = 0;
  for (; n - at >= 16; at += 16) {
    const unsigned found =
        memory::equal_bytes(memory::load<__m128i>(memory::bytes(where) + at), wanted);
    if (found != 0) return memory::bytes(where) + at + __builtin_ctz(found);
  }
  for (; at < n; ++at)
    if (memory::bytes(where)[at] == static_cast<char>(value)) return memory::bytes(where) + at;
  return nullptr;
}

inline size_t length(const char* text) {
  size_t n = 0;
  while (text[n] != '\0') {
    ++n;
    __asm__ volatile("" : : : "memory");  // or gcc makes a call of strlen of it
  }
  return n;
}

inline int compare_text(const char* a, const char* b) {
  for (; *a != '\0' && *a == *b; ++a)
    ++b;
  return static_cast<unsigned char>(*a) - static_cast<unsigned char>(*b);
}

}  // namespace oci::start
