// malloc(3) and operator new. Memory of an operator that is not there ends the program: no caller
// can go on.
#include <sys/mman.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstdlib>
#include <new>

#include "runtime/start/heap.h"
#include "runtime/start/kernel.h"

namespace oci::start {
namespace {

void* map_pages(size_t bytes) {
  const long at =
      kernel(SYS_mmap, nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return failed(at) ? nullptr : reinterpret_cast<void*>(at);
}

void unmap_pages(void* at, size_t bytes) {
  kernel(SYS_munmap, at, bytes);
}

void misused(const char* text) {
  die(text);
}

// Most commands need no more: no system call, and no page that stays untouched is made.
alignas(Heap::kAlignment) constinit char first_memory[size_t{512} * 1024] = {};
constinit Heap heap(Pages{map_pages, unmap_pages, misused}, first_memory, sizeof first_memory);

void* take_or_fail(size_t bytes) {
  void* const block = heap.take(bytes);
  if (block == nullptr) errno = ENOMEM;
  return block;
}

void* take_or_die(size_t bytes) {
  void* const block = heap.take(bytes);
  if (block == nullptr) die("out of memory");
  return block;
}

}  // namespace
}  // namespace oci::start

namespace start = oci::start;

extern "C" {

void* malloc(size_t bytes) {
  return start::take_or_fail(bytes);
}

void* realloc(void* block, size_t bytes) {
  void* const fresh = start::heap.resize(block, bytes);
  if (fresh == nullptr) errno = ENOMEM;
  return fresh;
}

void free(void* block) {
  start::heap.give_back(block);
}

}  // extern "C"

void* operator new(size_t bytes) {
  return start::take_or_die(bytes);
}
void* operator new[](size_t bytes) {
  return start::take_or_die(bytes);
}
void* operator new(size_t bytes, const std::nothrow_t&) noexcept {
  return start::heap.take(bytes);
}
void operator delete(void* block) noexcept {
  start::heap.give_back(block);
}
void operator delete[](void* block) noexcept {
  start::heap.give_back(block);
}
void operator delete(void* block, size_t) noexcept {
  start::heap.give_back(block);
}
void operator delete[](void* block, size_t) noexcept {
  start::heap.give_back(block);
}
