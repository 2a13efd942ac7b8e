// The functions that gcc calls of itself.

// It would make a call of memcpy() of a loop that copies, also in memcpy().
#ifndef __clang__
#pragma GCC optimize("no-tree-loop-distribute-patterns")
#endif

#include "runtime/start/memory_functions.h"

#include <cstring>

namespace start = oci::start;

extern "C" {

void* memcpy(void* __restrict to, const void* __restrict from, size_t n) {
  start::copy(to, from, n);
  return to;
}

void* memmove(void* to, const void* from, size_t n) {
  start::move(to, from, n);
  return to;
}

void* memset(void* to, int value, size_t n) {
  start::fill(to, value, n);
  return to;
}

int memcmp(const void* a, const void* b, size_t n) {
  return start::compare(a, b, n);
}

// <cstring> declares two overloads in C++, both with this symbol.
__attribute__((used)) void* oci_rt_memchr(const void* where, int value, size_t n) __asm__("memchr");
void* oci_rt_memchr(const void* where, int value, size_t n) {
  return const_cast<void*>(start::find(where, value, n));
}

size_t strlen(const char* text) {
  return start::length(text);
}

int strcmp(const char* a, const char* b) {
  return start::compare_text(a, b);
}

}  // extern "C"
