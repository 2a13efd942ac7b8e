#include "runtime/init/in_root.h"

#include <asm/statfs.h>
#include <linux/fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>

#include "runtime/init/syscall.h"
#include "runtime/init/text.h"

namespace oci::init {
namespace {

constexpr int kPathMax = 4096;
constexpr long kEexist = -17, kEnoent = -2, kEagain = -11, kEnametoolong = -36, kEloop = -40;

constexpr uint64_t resolve_flags(Links links) {
  return RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS |
         (links == Links::kFollowInside ? 0 : uint64_t{RESOLVE_NO_SYMLINKS}) |
         (links == Links::kRefuseAndStay ? uint64_t{RESOLVE_NO_XDEV} : 0);
}

// One component below `parent`, which is ours: made, then opened without following what a rival
// may have put there meanwhile.
long make_component(int parent, const char* name) {
  const long made = sys(__NR_mkdirat, parent, name, 0755);
  if (made < 0 && made != kEexist) return made;
  return sys(__NR_openat, parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

}  // namespace

long look(long fd, FileFacts& facts) {
  struct statx found = {};
  const long rc = sys(__NR_statx, fd, "", AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW,
                      STATX_TYPE | STATX_MODE | STATX_UID | STATX_SIZE, &found);
  facts = {.type = uint32_t{found.stx_mode} & S_IFMT,
           .permissions = uint32_t{found.stx_mode} & 07777,
           .major = found.stx_rdev_major,
           .minor = found.stx_rdev_minor,
           .uid = found.stx_uid,
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

}  // namespace

bool same_mount(int a, int b) {
  const Place x = place_of(a);
  const Place y = place_of(b);
  return x.known && y.known && x.mount == y.mount;
}

bool same_place(int a, int b) {
  const Place x = place_of(a);
  const Place y = place_of(b);
  return x.known && y.known && x.mount == y.mount && x.inode == y.inode;
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
  // stayed inside. A rival who keeps renaming gets an error, not a container.
  long fd = kEagain;
  for (int attempt = 0; attempt < 128 && fd == kEagain; ++attempt)
    fd = sys(__NR_openat2, root, path, &how, sizeof how);
  return fd;
}

namespace {

// The directory does not exist.
long make_missing(int root, const char* path, Links links) {
  char buffer[kPathMax];
  const size_t size = length(path);
  if (size >= sizeof buffer) return kEnametoolong;
  append(buffer, buffer + sizeof buffer, path);

  // The deepest part that exists, symlinks resolved; then one component at a time.
  size_t cut = size;
  long opened = kEnoent;
  while (opened == kEnoent && cut > 0) {
    do {
      --cut;
    } while (cut > 0 && buffer[cut] != '/');
    buffer[cut] = '\0';
    opened = open_in_root(root, cut == 0 ? "/" : buffer, O_PATH | O_DIRECTORY, links);
    buffer[cut] = '/';
  }
  Fd here(opened);
  for (size_t at = cut; here.ok() && at < size;) {
    const size_t begin = at + 1;
    for (at = begin; at < size && buffer[at] != '/';)
      ++at;
    if (at == begin) continue;
    buffer[at] = '\0';
    here.reset(make_component(here.get(), buffer + begin));
    if (at < size) buffer[at] = '/';
  }
  return here.release();
}

}  // namespace

long make_directory(int root, const char* path, Links links) {
  const long existing = open_in_root(root, path, O_PATH | O_DIRECTORY, links);
  return existing == kEnoent ? make_missing(root, path, links) : existing;
}

long open_parent(int root, const char* path, const char** name, Links links) {
  const char* slash = last_slash(path);
  *name = slash + 1;
  char buffer[kPathMax];
  const auto size = static_cast<size_t>(slash - path);
  if (size >= sizeof buffer) return kEnametoolong;
  if (size == 0) return make_directory(root, "/", links);
  append(buffer, buffer + size + 1, path);
  return make_directory(root, buffer, links);
}

long open_mount_target(int root, const char* path, Make kind, Links links, bool* made_it) {
  // A file that exists is returned for a directory as well: the mount then says ENOTDIR.
  const long existing = open_in_root(root, path, O_PATH, links);
  if (made_it != nullptr) *made_it = existing == kEnoent;
  if (existing != kEnoent) return existing;
  if (kind == Make::kDirectory) return make_missing(root, path, links);
  const char* name;
  const Fd parent(open_parent(root, path, &name, links));
  if (!parent.ok()) return parent.get();
  const Fd made(sys(__NR_openat, parent.get(), name,
                    O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, 0755));
  if (!made.ok() && made.get() != kEexist) return made.get();
  const long fd = sys(__NR_openat, parent.get(), name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  // EEXIST: another create made it just now, or it is a dangling symlink, which O_NOFOLLOW opens
  // as itself.
  FileFacts facts;
  if (fd >= 0 && !made.ok() && (look(fd, facts) < 0 || facts.type == S_IFLNK)) {
    sys(__NR_close, fd);
    return kEloop;
  }
  return fd;
}

}  // namespace oci::init
