// Strings without libc, and the four functions that the compiler may call.
#pragma once

#include <cstddef>
#include <cstdint>

namespace oci::init {

size_t length(const char* text);
bool equal(const char* a, const char* b);
bool starts_with(const char* text, const char* prefix);
// The last '/' of an absolute path. Never null.
const char* last_slash(const char* path);
// Copies as much as fits, always terminated. Returns the end.
char* append(char* out, const char* end, const char* text);
char* append_number(char* out, const char* end, uint64_t value);

}  // namespace oci::init
