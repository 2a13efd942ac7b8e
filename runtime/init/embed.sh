#!/bin/sh
# embed.sh STRIP PROGRAM OUTPUT.cc: a C++ file that holds the stripped bytes of PROGRAM.
set -eu
stripped=$3.elf
"$1" --strip-all -o "$stripped" "$2"
cat > "$3" <<END
#include "runtime/wire/image.h"

__asm__(
    ".section .rodata.init_image\n"
    ".balign 4096\n"
    "oci_rt_init_image_begin:\n"
    ".incbin \"$(realpath "$stripped")\"\n"
    "oci_rt_init_image_end:\n"
    ".byte 0\n"
    ".text\n");

extern "C" const char oci_rt_init_image_begin[];
extern "C" const char oci_rt_init_image_end[];

namespace oci::wire {

std::span<const char> image() {
  return {oci_rt_init_image_begin, oci_rt_init_image_end};
}

}  // namespace oci::wire
END
