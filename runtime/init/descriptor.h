// Descriptors of init, and when they are closed.
#pragma once

#include <cstdint>

namespace oci::init {

enum class Close : uint8_t {
  kNow,
  // At the end of the CloseTogether around it, if there is one. Not for files that are open for
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

// While one exists, descriptors that may be closed together are collected. Neighbours need one
// system call. At most 256 of them stay open, and none near the limit that the caller has set.
class CloseTogether {
 public:
  CloseTogether();
  CloseTogether(const CloseTogether&) = delete;
  CloseTogether& operator=(const CloseTogether&) = delete;
  ~CloseTogether();
};

}  // namespace oci::init
