#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "runtime/start/kernel.h"
#include "runtime/start/memory_functions.h"

namespace oci::start {
namespace {

constexpr unsigned kMostParts = 16;

// As abort(3): ends by SIGABRT even if it is ignored or blocked.
[[noreturn]] void abort_now() {
  const struct {
    void* handler;
    unsigned long flags;
    void* restorer;
    uint64_t mask;
  } by_default = {};
  const uint64_t abort_signal = uint64_t{1} << (SIGABRT - 1);
  kernel(SYS_rt_sigaction, SIGABRT, &by_default, nullptr, sizeof by_default.mask);
  kernel(SYS_rt_sigprocmask, SIG_UNBLOCK, &abort_signal, nullptr, sizeof abort_signal);
  kernel(SYS_tgkill, kernel(SYS_getpid), kernel(SYS_gettid), SIGABRT);
  for (;;)
    kernel(SYS_exit_group, 127);
}

}  // namespace

void die_with(const char* const* parts, unsigned count) {
  iovec all[kMostParts];
  if (count > kMostParts) count = kMostParts;
  for (unsigned i = 0; i < count; ++i)
    all[i] = {.iov_base = const_cast<char*>(parts[i]), .iov_len = length(parts[i])};
  kernel(SYS_writev, 2, all, count);
  abort_now();
}

void die(const char* text) {
  const char* const parts[] = {"oci-rt: ", text, "\n"};
  die_with(parts, 3);
}

}  // namespace oci::start
