// A seccomp filter that the caller of a runtime has loaded, which answers some calls in the
// kernel's place.
#pragma once

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <iterator>
#include <utility>

#include "conformance/harness/sandbox.h"

namespace oci::conformance {

// A call, one of its arguments where it is answered, and the errno; 0: as if it had been done.
struct Answered {
  uint32_t call;
  unsigned argument;
  uint32_t bits;  // of the argument; 0: whatever it is
  uint32_t value;
  uint32_t error;
};

// In the child that becomes the runtime.
inline void load_filter(const Answered& answered) {
  const auto argument =
      static_cast<uint32_t>(offsetof(seccomp_data, args) + 8 * size_t{answered.argument});
  const sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, answered.call, 0, 4),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, argument),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, answered.bits),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, answered.value, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | answered.error),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter = {std::size(program), const_cast<sock_filter*>(program)};
  if (::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) != 0) ::_exit(125);
}

inline Outcome call_below(Sandbox& sandbox, const Answered& answered, Spawn spawn) {
  spawn.before = [answered] { load_filter(answered); };
  return sandbox.call(std::move(spawn));
}

}  // namespace oci::conformance
