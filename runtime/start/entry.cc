// The ELF entry of oci-rt. The kernel leaves argc, argv, envp and auxv on the stack; all else is
// made here. No function here has a stack protector: the guard does not exist yet.
#include <asm/prctl.h>
#include <elf.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <cstddef>
#include <cstdint>

#include "runtime/start/kernel.h"

#ifndef DT_RELR
#define DT_RELR 36
#define DT_RELRSZ 35
#endif

// The linker defines these: the first byte of the image, its dynamic section, its constructors.
extern "C" __attribute__((visibility("hidden"))) const Elf64_Ehdr __ehdr_start;
extern "C" __attribute__((visibility("hidden"))) const Elf64_Dyn _DYNAMIC[];
using Constructor = void (*)(int, char**, char**);
extern "C" __attribute__((visibility("hidden"))) const Constructor __init_array_start[];
extern "C" __attribute__((visibility("hidden"))) const Constructor __init_array_end[];

extern "C" char** environ;
char** environ = nullptr;

// A program may not call main() under its own name.
extern "C" int oci_rt_main(int argc, char** argv) __asm__("main");

namespace oci::start {
namespace {

constexpr size_t kPage = 4096;

// gcc reads the guard at %fs:0x28. The x86_64 ABI wants the address of the block in its first word.
struct ThreadBlock {
  ThreadBlock* self;
  uintptr_t words[4];
  uintptr_t stack_guard;
};
static_assert(offsetof(ThreadBlock, stack_guard) == 0x28);
constinit ThreadBlock the_thread = {};

constinit unsigned the_euid = 0;
constinit unsigned the_egid = 0;

struct Relocations {
  const Elf64_Rela* rela = nullptr;
  size_t rela_bytes = 0;
  const uintptr_t* relr = nullptr;
  size_t relr_bytes = 0;
};

Relocations find_relocations(uintptr_t base) {
  Relocations found;
  for (const Elf64_Dyn* entry = _DYNAMIC; entry->d_tag != DT_NULL; ++entry) {
    const uintptr_t value = entry->d_un.d_val;
    if (entry->d_tag == DT_RELA) found.rela = reinterpret_cast<const Elf64_Rela*>(base + value);
    if (entry->d_tag == DT_RELASZ) found.rela_bytes = value;
    if (entry->d_tag == DT_RELR) found.relr = reinterpret_cast<const uintptr_t*>(base + value);
    if (entry->d_tag == DT_RELRSZ) found.relr_bytes = value;
  }
  return found;
}

// An even word is the address of a place. An odd one is a bitmap of the 63 places that follow.
void apply_relr(uintptr_t base, const uintptr_t* table, size_t count) {
  auto* place = static_cast<uintptr_t*>(nullptr);
  for (size_t i = 0; i < count; ++i) {
    uintptr_t word = table[i];
    if ((word & 1) == 0) {
      place = reinterpret_cast<uintptr_t*>(base + word);
      *place++ += base;
      continue;
    }
    for (size_t at = 0; (word >>= 1) != 0; ++at)
      if ((word & 1) != 0) place[at] += base;
    place += 63;
  }
}

// Adds the load address to each pointer in constant data. false: a kind of relocation that only a C
// library can do.
bool relocate(uintptr_t base) {
  const Relocations found = find_relocations(base);
  apply_relr(base, found.relr, found.relr_bytes / sizeof(uintptr_t));
  for (size_t i = 0; i < found.rela_bytes / sizeof(Elf64_Rela); ++i) {
    const Elf64_Rela& one = found.rela[i];
    if (ELF64_R_TYPE(one.r_info) == R_X86_64_NONE) continue;
    if (ELF64_R_TYPE(one.r_info) != R_X86_64_RELATIVE) return false;
    *reinterpret_cast<uintptr_t*>(base + one.r_offset) =
        base + static_cast<uintptr_t>(one.r_addend);
  }
  return true;
}

// Makes the relocated constants read-only (ld(1), -z relro).
bool protect_constants(uintptr_t base) {
  const auto* const headers = reinterpret_cast<const Elf64_Phdr*>(base + __ehdr_start.e_phoff);
  for (size_t i = 0; i < __ehdr_start.e_phnum; ++i) {
    if (headers[i].p_type != PT_GNU_RELRO) continue;
    const uintptr_t begin = (base + headers[i].p_vaddr) & ~(kPage - 1);
    const uintptr_t end = (base + headers[i].p_vaddr + headers[i].p_memsz) & ~(kPage - 1);
    if (failed(kernel(SYS_mprotect, begin, end - begin, PROT_READ))) return false;
  }
  return true;
}

// `random`: 16 bytes of the kernel's. The lowest byte of the guard is zero, so that no string runs
// over it.
void place_guard(const void* random) {
  if (random == nullptr)
    die("the kernel gives no random number for the stack protector (AT_RANDOM)");
  __builtin_memcpy(&the_thread.stack_guard, random, sizeof the_thread.stack_guard);
  the_thread.stack_guard &= ~uintptr_t{0xff};
  the_thread.self = &the_thread;
  if (failed(kernel(SYS_arch_prctl, ARCH_SET_FS, &the_thread)))
    die("the kernel sets no thread pointer for the stack protector (arch_prctl)");
}

// The value of one entry of the auxiliary vector (getauxval(3)). 0: there is none.
uintptr_t auxiliary(const uintptr_t* auxv, uintptr_t type) {
  for (; auxv[0] != AT_NULL; auxv += 2)
    if (auxv[0] == type) return auxv[1];
  return 0;
}

}  // namespace

unsigned effective_uid() {
  return the_euid;
}

unsigned effective_gid() {
  return the_egid;
}

// `stack`: as the kernel left it.
extern "C" [[noreturn]] void oci_rt_enter(uintptr_t* stack) {
  const auto base = reinterpret_cast<uintptr_t>(&__ehdr_start);
  const int argc = static_cast<int>(stack[0]);
  char** const argv = reinterpret_cast<char**>(stack + 1);
  environ = argv + argc + 1;
  char** end = environ;
  while (*end != nullptr)
    ++end;
  if (!relocate(base)) die("the program has a relocation that its entry cannot do");
  if (!protect_constants(base)) die("the kernel does not make constants read-only (mprotect)");
  const auto* const auxv = reinterpret_cast<const uintptr_t*>(end + 1);
  place_guard(reinterpret_cast<const void*>(auxiliary(auxv, AT_RANDOM)));
  the_euid = static_cast<unsigned>(auxiliary(auxv, AT_EUID));
  the_egid = static_cast<unsigned>(auxiliary(auxv, AT_EGID));
  for (const Constructor* one = __init_array_start; one != __init_array_end; ++one)
    (*one)(argc, argv, environ);
  const int code = oci_rt_main(argc, argv);
  for (;;)
    kernel(SYS_exit_group, code);
}

}  // namespace oci::start

// System V ABI, x86_64, 3.4.1: the outermost frame has %rbp 0. A call aligns the stack as functions
// expect.
__asm__(
    ".text\n"
    ".globl oci_rt_entry\n"
    ".type oci_rt_entry, @function\n"
    "oci_rt_entry:\n"
    "  endbr64\n"
    "  xor %ebp, %ebp\n"
    "  mov %rsp, %rdi\n"
    "  and $-16, %rsp\n"
    "  call oci_rt_enter\n"
    "  hlt\n"
    ".size oci_rt_entry, .-oci_rt_entry\n");
