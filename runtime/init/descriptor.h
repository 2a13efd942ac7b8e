// Descriptors of init, and when they are closed.
#pragma once

#include <cstdint>

namespace oci::init {

enum class Close : uint8_t {
  kNow,
  // By close_collected(), if descriptors are being collected. Not for files that are open for
  // writing: as long as they are open, their mount does not become read-only.
  kTogether,
};

// Owns a descriptor.
class Fd {
 public:
  explicit Fd(long fd = -1, Close close = Close::kNow) : fd_(static_cast<int>(fd)), close_(close) {}
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }

  // A failed open leaves -errno here.
  int get() const { return fd_; }
  int release();
  void reset(long fd = -1);
  bool ok() const { return fd_ >= 0; }

 private:
  int fd_;
  Close close_;
};

// From here to close_collected(), descriptors that may be closed together are collected. Neighbours
// need one system call. `open_files`: the limit that the caller has set (RLIMIT_NOFILE). None near
// it stays open, and no more than 256.
void collect_descriptors(uint64_t open_files);
void close_collected();

// Moves a descriptor that stays open to a lower number, of a collected one if there is one, so that
// more of the others are neighbours. The collected one is closed by that. Returns the number. The
// old number is open until close_collected().
int move_down(int fd);

}  // namespace oci::init
