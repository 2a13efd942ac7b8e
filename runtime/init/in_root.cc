#include "runtime/init/in_root.h"

#include <asm/statfs.h>
#include <linux/fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>

#include "runtime/wire/syscall.h"

namespace oci::init {

using wire::sys;
namespace {

constexpr long kEagain = -11;

constexpr uint64_t resolve_flags(Links links) {
  return RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS |
         (links == Links::kFollowInside ? 0 : uint64_t{RESOLVE_NO_SYMLINKS}) |
         (links == Links::kRefuseAndStay ? uint64_t{RESOLVE_NO_XDEV} : 0);
}

}  // namespace

long look(long fd, FileFacts& facts) {
  struct statx found = {};
  const long rc = sys(__NR_statx, fd, "", AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW,
                      STATX_TYPE | STATX_MODE | STATX_UID | STATX_NLINK | STATX_SIZE, &found);
  facts = {.type = uint32_t{found.stx_mode} & S_IFMT,
           .permissions = uint32_t{found.stx_mode} & 07777,
           .major = found.stx_rdev_major,
           .minor = found.stx_rdev_minor,
           .uid = found.stx_uid,
           .links = found.stx_nlink,
           .size = found.stx_size};
  return rc;
}

namespace {

struct Place {
  uint64_t mount = 0;
  uint64_t inode = 0;
  bool known = false;
};

Place place_of(int fd) {
  struct statx found = {};
  const long rc = sys(__NR_statx, fd, "", AT_EMPTY_PATH, STATX_MNT_ID | STATX_INO, &found);
  return {found.stx_mnt_id, found.stx_ino, rc >= 0 && (found.stx_mask & STATX_MNT_ID) != 0};
}

Answer answer(bool yes) {
  return yes ? Answer::kYes : Answer::kNo;
}

}  // namespace

Answer same_mount(int a, int b) {
  const Place x = place_of(a);
  const Place y = place_of(b);
  if (!x.known || !y.known) return Answer::kUnknown;
  return answer(x.mount == y.mount);
}

Answer same_place(int a, int b) {
  const Place x = place_of(a);
  const Place y = place_of(b);
  if (!x.known || !y.known) return Answer::kUnknown;
  return answer(x.mount == y.mount && x.inode == y.inode);
}

uint64_t mount_id(int fd) {
  const Place place = place_of(fd);
  return place.known ? place.mount : 0;
}

Answer is_root_of_mount(long fd) {
  struct statx found = {};
  if (sys(__NR_statx, fd, "", AT_EMPTY_PATH, 0, &found) < 0) return Answer::kUnknown;
  return answer((found.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0);
}

uint64_t device_number(uint32_t major, uint32_t minor) {
  return (minor & 0xff) | (uint64_t{major & 0xfff} << 8) | (uint64_t{minor & ~0xffU} << 12) |
         (uint64_t{major & ~0xfffU} << 32);
}

uint64_t filesystem_of(int fd) {
  struct statfs found = {};
  if (sys(__NR_fstatfs, fd, &found) < 0) return 0;
  return static_cast<uint64_t>(found.f_type);
}

int Fd::release() {
  const int fd = fd_;
  fd_ = -1;
  return fd;
}

void Fd::reset(long fd) {
  if (fd_ >= 0) sys(__NR_close, fd_);
  fd_ = static_cast<int>(fd);
}

long open_in_root(int root, const char* path, uint64_t flags, Links links) {
  open_how how = {};
  how.flags = flags | O_CLOEXEC;
  how.resolve = resolve_flags(links);
  // EAGAIN: something was renamed during the walk, and the kernel could not prove that the walk
  // stayed inside. An attacker that keeps renaming gets an error and no container.
  long fd = kEagain;
  for (int attempt = 0; attempt < 128 && fd == kEagain; ++attempt)
    fd = sys(__NR_openat2, root, path, &how, sizeof how);
  return fd;
}

}  // namespace oci::init
