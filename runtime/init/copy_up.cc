#include "runtime/init/copy_up.h"

#include <linux/fcntl.h>
#include <linux/fs.h>
#include <sys/stat.h>

#include <cstddef>
#include <cstdint>

#include "runtime/init/directory_entry.h"
#include "runtime/init/in_root.h"
#include "runtime/init/text.h"
#include "runtime/wire/syscall.h"

namespace oci::init {

using wire::sys;
namespace {

constexpr int kMaxDepth = 64;
constexpr long kEloop = -40, kEnxio = -6, kEinval = -22, kEopnotsupp = -95, kEperm = -1;
constexpr long kEnodata = -61, kEoverflow = -75;
constexpr size_t kChunk = size_t{1} << 30;

// One name below two open directories. `from` belongs to the image, so no link is followed.
// Content, owner and mode are all copied from the same open file.
struct Entry {
  int from_dir;
  int to_dir;
  const char* name;
  uint8_t type;  // DT_* of the directory: a hint
};

long look_at(int fd, struct statx& facts) {
  return sys(__NR_statx, fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &facts);
}

uint32_t type_of(const struct statx& facts) {
  return uint32_t{facts.stx_mode} & S_IFMT;
}

long copy_directory(int from_dir, int to_dir, int depth);

long copy_owner(const Entry& entry, const struct statx& facts) {
  return sys(__NR_fchownat, entry.to_dir, entry.name, facts.stx_uid, facts.stx_gid,
             AT_SYMLINK_NOFOLLOW);
}

// Skips attributes that a tmpfs or this user namespace does not support, and attributes that were
// removed meanwhile.
long copy_attributes(int from, int to) {
  static char names[64 << 10], value[64 << 10];  // XATTR_LIST_MAX, XATTR_SIZE_MAX
  const long size = sys(__NR_flistxattr, from, names, sizeof names);
  if (size < 0) return size == kEopnotsupp ? 0 : size;
  for (const char* name = names; name < names + size; name += length(name) + 1) {
    const long got = sys(__NR_fgetxattr, from, name, value, sizeof value);
    if (got == kEnodata || got == kEoverflow || got == kEopnotsupp) continue;
    if (got < 0) return got;
    const long rc = sys(__NR_fsetxattr, to, name, value, got, 0);
    if (rc < 0 && rc != kEopnotsupp && rc != kEinval && rc != kEperm) return rc;
  }
  return 0;
}

// The order matters: changing the owner drops capabilities and set-user-ID.
long finish(int from, int to, const struct statx& facts) {
  long rc = sys(__NR_fchown, to, facts.stx_uid, facts.stx_gid);
  if (rc >= 0) rc = sys(__NR_fchmod, to, facts.stx_mode & 07777);
  return rc < 0 ? rc : copy_attributes(from, to);
}

// Copies up to `size` bytes from the current offsets.
long copy_bytes(int from, int to, uint64_t size) {
  while (size > 0) {
    const long copied = sys(__NR_sendfile, to, from, nullptr, size < kChunk ? size : kChunk);
    if (copied <= 0) return copied;
    size -= static_cast<uint64_t>(copied);
  }
  return 0;
}

// lseek(2): each SEEK_DATA finds the next extent. After the last one it fails with ENXIO.
long copy_extents(int from, int to, uint64_t size) {
  uint64_t at = 0;
  while (at < size) {
    const long data = sys(__NR_lseek, from, at, SEEK_DATA);
    if (data == kEnxio) break;
    if (data < 0) return data;
    const long hole = sys(__NR_lseek, from, data, SEEK_HOLE);
    if (hole < 0) return hole;
    long rc = sys(__NR_lseek, from, data, SEEK_SET);
    if (rc >= 0) rc = sys(__NR_lseek, to, data, SEEK_SET);
    if (rc >= 0) rc = copy_bytes(from, to, static_cast<uint64_t>(hole - data));
    if (rc < 0) return rc;
    at = static_cast<uint64_t>(hole);
  }
  return sys(__NR_ftruncate, to, size);
}

long copy_content(int from, int to, const struct statx& facts) {
  constexpr uint64_t kBlock = 512;  // stat(3type)
  const bool has_holes = facts.stx_blocks * kBlock < facts.stx_size;
  return has_holes ? copy_extents(from, to, facts.stx_size) : copy_bytes(from, to, ~uint64_t{0});
}

long copy_file(const Entry& entry) {
  const Fd from(sys(__NR_openat, entry.from_dir, entry.name,
                    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct statx facts = {};
  const long rc = from.ok() ? look_at(from.get(), facts) : from.get();
  if (rc < 0) return rc;
  if (type_of(facts) != S_IFREG) return 0;  // it was replaced meanwhile
  const Fd to(sys(__NR_openat, entry.to_dir, entry.name,
                  O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!to.ok()) return to.get();
  const long copied = copy_content(from.get(), to.get(), facts);
  return copied < 0 ? copied : finish(from.get(), to.get(), facts);
}

long copy_link(const Entry& entry, int from, const struct statx& facts) {
  char target[4096];
  const long size = sys(__NR_readlinkat, from, "", target, sizeof target - 1);
  if (size < 0) return size;
  target[size] = '\0';
  const long rc = sys(__NR_symlinkat, target, entry.to_dir, entry.name);
  return rc < 0 ? rc : copy_owner(entry, facts);
}

long copy_subdirectory(const Entry& entry, int depth) {
  if (depth == 0) return kEloop;
  const long made = sys(__NR_mkdirat, entry.to_dir, entry.name, 0700);
  if (made < 0) return made;
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  const Fd from(sys(__NR_openat, entry.from_dir, entry.name, kFlags));
  const Fd to(sys(__NR_openat, entry.to_dir, entry.name, kFlags));
  if (!from.ok() || !to.ok()) return from.ok() ? to.get() : from.get();
  struct statx facts = {};
  long rc = look_at(from.get(), facts);
  if (rc >= 0) rc = copy_directory(from.get(), to.get(), depth - 1);
  return rc < 0 ? rc : finish(from.get(), to.get(), facts);
}

long copy_node(const Entry& entry, const struct statx& facts) {
  const uint64_t device = device_number(facts.stx_rdev_major, facts.stx_rdev_minor);
  const long rc = sys(__NR_mknodat, entry.to_dir, entry.name, facts.stx_mode, device);
  return rc < 0 ? rc : copy_owner(entry, facts);
}

// Opening a fifo or a device without O_PATH has side effects.
long copy_by_handle(const Entry& entry, int depth) {
  const Fd from(sys(__NR_openat, entry.from_dir, entry.name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
  struct statx facts = {};
  const long rc = from.ok() ? look_at(from.get(), facts) : from.get();
  if (rc < 0) return rc;
  switch (type_of(facts)) {
    case S_IFREG:
      return copy_file(entry);
    case S_IFLNK:
      return copy_link(entry, from.get(), facts);
    case S_IFDIR:
      return copy_subdirectory(entry, depth);
    default:
      return copy_node(entry, facts);
  }
}

long copy_entry(const Entry& entry, int depth) {
  constexpr uint8_t kDirectory = 4, kRegular = 8;  // DT_*, which only libc's header has
  if (entry.type == kRegular) return copy_file(entry);
  if (entry.type == kDirectory) return copy_subdirectory(entry, depth);
  return copy_by_handle(entry, depth);
}

long copy_directory(int from_dir, int to_dir, int depth) {
  alignas(DirectoryEntry) char buffer[2048] = {};
  for (;;) {
    const long got = sys(__NR_getdents64, from_dir, buffer, sizeof buffer);
    if (got <= 0) return got;
    for (long at = 0; at < got;) {
      const auto* item = reinterpret_cast<const DirectoryEntry*>(buffer + at);
      at += item->d_reclen;
      if (equal(item->d_name, ".") || equal(item->d_name, "..")) continue;
      const Entry entry = {from_dir, to_dir, item->d_name, item->d_type};
      if (const long rc = copy_entry(entry, depth); rc < 0) return rc;
    }
  }
}

}  // namespace

long copy_up(int from, int to) {
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  const Fd from_dir(sys(__NR_openat, from, ".", kFlags));
  const Fd to_dir(sys(__NR_openat, to, ".", kFlags));
  if (!from_dir.ok() || !to_dir.ok()) return from_dir.ok() ? to_dir.get() : from_dir.get();
  return copy_directory(from_dir.get(), to_dir.get(), kMaxDepth);
}

}  // namespace oci::init
