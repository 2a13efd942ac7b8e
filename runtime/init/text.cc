#include "runtime/init/text.h"

// Otherwise g++ would turn the loop of memcpy into a call of memcpy.
#if !defined(__clang__)
#pragma GCC optimize("no-tree-loop-distribute-patterns")
#endif

// The compiler generates calls of these for loops and structure copies.
extern "C" {
void* memcpy(void* to, const void* from, size_t size) {
  auto* out = static_cast<char*>(to);
  const auto* in = static_cast<const char*>(from);
  for (size_t i = 0; i < size; ++i)
    out[i] = in[i];
  return to;
}

void* memmove(void* to, const void* from, size_t size) {
  auto* out = static_cast<char*>(to);
  const auto* in = static_cast<const char*>(from);
  if (out <= in) return memcpy(to, from, size);
  for (size_t i = size; i > 0; --i)
    out[i - 1] = in[i - 1];
  return to;
}

void* memset(void* to, int value, size_t size) {
  auto* out = static_cast<char*>(to);
  for (size_t i = 0; i < size; ++i)
    out[i] = static_cast<char>(value);
  return to;
}

int memcmp(const void* a, const void* b, size_t size) {
  const auto* x = static_cast<const unsigned char*>(a);
  const auto* y = static_cast<const unsigned char*>(b);
  for (size_t i = 0; i < size; ++i)
    if (x[i] != y[i]) return x[i] - y[i];
  return 0;
}
}

namespace oci::init {

size_t length(const char* text) {
  size_t n = 0;
  while (text[n] != '\0')
    ++n;
  return n;
}

bool equal(const char* a, const char* b) {
  while (*a != '\0' && *a == *b)
    ++a, ++b;
  return *a == *b;
}

bool starts_with(const char* text, const char* prefix) {
  while (*prefix != '\0')
    if (*text++ != *prefix++) return false;
  return true;
}

const char* last_slash(const char* path) {
  const char* slash = path;
  for (const char* at = path; *at != '\0'; ++at)
    if (*at == '/') slash = at;
  return slash;
}

char* append(char* out, const char* end, const char* text) {
  while (*text != '\0' && out + 1 < end)
    *out++ = *text++;
  *out = '\0';
  return out;
}

char* append_number(char* out, const char* end, uint64_t value) {
  char digits[21];
  char* at = digits + sizeof digits - 1;
  *at = '\0';
  do {
    *--at = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  return append(out, end, at);
}

}  // namespace oci::init
