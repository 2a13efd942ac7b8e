#include "runtime/init/descriptor.h"

#include <linux/resource.h>

#include "runtime/wire/syscall.h"

namespace oci::init {

using wire::sys;
namespace {

constexpr int kBits = 64;
constexpr int kMost = 24;
constexpr uint64_t kReserve = 12;  // one mount or mask needs fewer at the same time

bool together = false;
uint64_t pending = 0;  // a bit for each descriptor
int number = 0;        // of bits that are set

void close_pending() {
  while (pending != 0) {
    const int first = __builtin_ctzll(pending);
    int end = first;
    while (end < kBits && (pending >> end & 1) != 0)
      pending &= ~(uint64_t{1} << end++);
    if (sys(__NR_close_range, first, end - 1, 0) >= 0) continue;
    // A filter of the caller may refuse the call.
    for (int fd = first; fd < end; ++fd)
      sys(__NR_close, fd);
  }
  number = 0;
}

// From this descriptor on, none stays open late: the caller's limit is near.
int first_too_high() {
  static int first = 0;  // 0: not asked yet
  if (first != 0) return first;
  rlimit64 limit = {};
  const long rc = sys(__NR_prlimit64, 0, RLIMIT_NOFILE, nullptr, &limit);
  const bool is_known = rc >= 0 && limit.rlim_cur > kReserve;
  const uint64_t most = is_known ? limit.rlim_cur - kReserve : 1;
  return first = static_cast<int>(most < kBits ? most : uint64_t{kBits});
}

void close_later(int fd) {
  if (!together || fd >= kBits) {
    sys(__NR_close, fd);
    return;
  }
  pending |= uint64_t{1} << fd;
  if (++number == kMost || fd >= first_too_high()) close_pending();
}

}  // namespace

int Fd::release() {
  const int fd = fd_;
  fd_ = -1;
  return fd;
}

void Fd::reset(long fd) {
  if (fd_ >= 0 && close_ == Close::kTogether) {
    close_later(fd_);
  } else if (fd_ >= 0) {
    sys(__NR_close, fd_);
  }
  fd_ = static_cast<int>(fd);
}

CloseTogether::CloseTogether() {
  together = true;
}

CloseTogether::~CloseTogether() {
  close_pending();
  together = false;
}

}  // namespace oci::init
