// clone(2): the child begins in a function, on a stack of its own.
#include <sched.h>
#include <sys/syscall.h>

#include <cstdarg>
#include <cstddef>
#include <cstdint>

#include "runtime/start/result.h"

namespace {

// What the child finds at the top of its stack.
struct Work {
  int (*run)(void*);
  void* argument;
};

}  // namespace

extern "C" {

[[noreturn]] __attribute__((used, visibility("hidden"))) void oci_rt_child(const Work* work) {
  const int code = work->run(work->argument);
  for (;;)
    oci::start::kernel(SYS_exit, code);
}

// Takes the arguments of the system call, in its order. Gives its result in the parent. The child
// calls oci_rt_child with the top of its stack.
__attribute__((visibility("hidden"))) long oci_rt_clone(unsigned long flags, void* stack,
                                                        int* parent_id, int* child_id,
                                                        unsigned long tls);

int clone(int (*run)(void*), void* stack, int flags, void* argument, ...) noexcept {
  va_list rest;
  va_start(rest, argument);
  int* const parent_id = va_arg(rest, int*);
  va_end(rest);
  const uintptr_t top = reinterpret_cast<uintptr_t>(stack) & ~uintptr_t{15};
  Work* const work = reinterpret_cast<Work*>(top) - 1;
  *work = {run, argument};
  return static_cast<int>(oci::start::result_of(
      oci_rt_clone(static_cast<unsigned>(flags), work, parent_id, nullptr, 0)));
}

}  // extern "C"

static_assert(sizeof(Work) == 16);  // so that the stack stays aligned

__asm__(
    ".text\n"
    ".globl oci_rt_clone\n"
    ".hidden oci_rt_clone\n"
    ".type oci_rt_clone, @function\n"
    "oci_rt_clone:\n"
    "  endbr64\n"
    "  mov %rcx, %r10\n"
    "  mov $56, %eax\n"  // SYS_clone
    "  syscall\n"
    "  test %rax, %rax\n"
    "  jz 1f\n"
    "  ret\n"
    "1: xor %ebp, %ebp\n"
    "  mov %rsp, %rdi\n"
    "  call oci_rt_child\n"
    "  hlt\n"
    ".size oci_rt_clone, .-oci_rt_clone\n");
