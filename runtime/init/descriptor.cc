#include "runtime/init/descriptor.h"

#include <linux/fcntl.h>

#include "runtime/init/known_places.h"
#include "runtime/wire/syscall.h"

namespace oci::init {

using wire::sys;
namespace {

constexpr int kBits = 64;  // of one word
constexpr int kWords = 4;
constexpr int kMost = kWords * kBits;
constexpr uint64_t kReserve = 12;  // one mount or mask needs fewer at the same time

bool together = false;
int first_too_high = 0;         // from this one on, none stays open late: the limit is near
uint64_t pending[kWords] = {};  // a bit for each descriptor
int last = -1;                  // of them

bool is_pending(int fd) {
  return (pending[fd / kBits] >> (fd % kBits) & 1) != 0;
}

void close_pending() {
  forget_places();
  for (int fd = 0; fd <= last; ++fd) {
    if (!is_pending(fd)) continue;
    const int first = fd;
    while (fd < last && is_pending(fd + 1))
      ++fd;
    if (sys(__NR_close_range, first, fd, 0) >= 0) continue;
    // A filter of the caller may refuse the call.
    for (int one = first; one <= fd; ++one)
      sys(__NR_close, one);
  }
  for (uint64_t& word : pending)
    word = 0;
  last = -1;
}

void close_later(int fd) {
  if (!together || fd >= kMost) {
    sys(__NR_close, fd);
    forget_places();
    return;
  }
  pending[fd / kBits] |= uint64_t{1} << (fd % kBits);
  if (fd > last) last = fd;
  if (fd + 1 >= first_too_high) close_pending();
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

void collect_descriptors(uint64_t open_files) {
  const uint64_t most = open_files > kReserve ? open_files - kReserve : 1;
  first_too_high = static_cast<int>(most < kMost ? most : uint64_t{kMost});
  together = true;
}

void close_collected() {
  close_pending();
  together = false;
}

int move_down(int fd) {
  int low = 0;
  while (low < fd && low <= last && (!is_pending(low) || is_known_place(low)))
    ++low;
  if (!together || low >= fd || low > last || fd >= kMost) return fd;
  if (sys(__NR_dup3, fd, low, O_CLOEXEC) < 0) return fd;
  pending[low / kBits] &= ~(uint64_t{1} << (low % kBits));
  close_later(fd);
  return low;
}

}  // namespace oci::init
