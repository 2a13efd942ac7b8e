#include "runtime/init/in_root.h"

#include <asm/statfs.h>
#include <linux/fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>

#include "runtime/init/beneath.h"
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

namespace {

constexpr unsigned kMountIdUnique = 0x4000;  // STATX_MNT_ID_UNIQUE, of newer headers

long look_for(unsigned wanted, long fd, FileFacts& facts, const char* name) {
  struct statx found = {};
  const int flags = AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT;
  const long rc = sys(__NR_statx, fd, name, flags, wanted, &found);
  const bool is_unique = (found.stx_mask & kMountIdUnique) != 0;
  facts = {.type = uint32_t{found.stx_mode} & S_IFMT,
           .permissions = uint32_t{found.stx_mode} & 07777,
           .major = found.stx_rdev_major,
           .minor = found.stx_rdev_minor,
           .uid = found.stx_uid,
           .links = found.stx_nlink,
           .size = found.stx_size,
           .place = {.mount = found.stx_mnt_id,
                     .inode = found.stx_ino,
                     .known = rc >= 0 && (is_unique || (found.stx_mask & STATX_MNT_ID) != 0),
                     .is_unique = is_unique}};
  return rc;
}

constexpr unsigned kFacts =
    unsigned{STATX_TYPE} | STATX_MODE | STATX_UID | STATX_NLINK | STATX_SIZE;

}  // namespace

long look(long fd, FileFacts& facts) {
  return look_for(kFacts, fd, facts, "");
}

long look_with_place(long fd, FileFacts& facts, const char* name) {
  return look_for(kFacts | STATX_INO | STATX_MNT_ID | kMountIdUnique, fd, facts, name);
}

Place place_of(long fd, const char* name) {
  FileFacts facts;
  look_with_place(fd, facts, name);
  return facts.place;
}

namespace {

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

Answer same_place(const Place& a, const Place& b) {
  if (!a.known || !b.known) return Answer::kUnknown;
  return answer(a.mount == b.mount && a.inode == b.inode);
}

Answer same_place(int a, int b) {
  return same_place(place_of(a), place_of(b));
}

uint64_t mount_id(int fd) {
  struct statx found = {};
  const long rc = sys(__NR_statx, fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &found);
  return rc >= 0 && (found.stx_mask & STATX_MNT_ID) != 0 ? uint64_t{found.stx_mnt_id} : 0;
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

long open_beneath(int top, const char* path, uint64_t flags) {
  open_how how = {};
  how.flags = flags | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS;
  return sys(__NR_openat2, top, path, &how, sizeof how);
}

}  // namespace oci::init
