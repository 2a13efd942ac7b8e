#include "runtime/init/descriptor.h"

#include "runtime/wire/syscall.h"

namespace oci::init {

using wire::sys;
namespace {

constexpr int kBits = 64;
constexpr int kMost = 24;

bool together = false;
uint64_t pending = 0;  // a bit for each descriptor
int number = 0;        // of bits that are set

void close_pending() {
  while (pending != 0) {
    const int first = __builtin_ctzll(pending);
    int end = first;
    while (end < kBits && (pending >> end & 1) != 0)
      pending &= ~(uint64_t{1} << end++);
    sys(__NR_close_range, first, end - 1, 0);
  }
  number = 0;
}

void close_later(int fd) {
  if (!together || fd >= kBits) {
    sys(__NR_close, fd);
    return;
  }
  pending |= uint64_t{1} << fd;
  if (++number == kMost) close_pending();
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
