// Paths inside the container's root. Before the pivot only in_root.cc and make_in_root.cc pass a
// path of the rootfs to the kernel, and always below a descriptor of the root (rule A:
// CVE-2019-19921, CVE-2021-30465, CVE-2024-45310, CVE-2025-52565).
#pragma once

#include <cstdint>

#include "runtime/init/descriptor.h"

namespace oci::init {

// Where a file is: in which mount, and which inode.
struct Place {
  uint64_t mount = 0;
  uint64_t inode = 0;
  bool known = false;
  bool is_unique = false;  // no later mount gets the id `mount` (Linux 6.8)
};

// The facts of an open descriptor (rule D: verify the opened file and not its name).
struct FileFacts {
  uint32_t type = 0;  // S_IF*
  uint32_t permissions = 0;
  uint32_t major = 0;
  uint32_t minor = 0;
  uint32_t uid = 0;
  uint32_t links = 0;  // none: it has been deleted
  uint64_t size = 0;
  Place place;  // by look_with_place()
};
long look(long fd, FileFacts& facts);  // -errno on failure
// `name`: one name below the directory that is open as `fd`, instead of `fd` itself. A symlink is
// not followed. -errno on failure.
long look_with_place(long fd, FileFacts& facts, const char* name = "");
Place place_of(long fd, const char* name = "");
uint64_t device_number(uint32_t major, uint32_t minor);  // as mknod(2) takes it

// statx(2) can fail, for instance because the caller's seccomp filter refuses it. Code that uses an
// Answer must take kUnknown neither for yes nor for no.
enum class Answer { kNo, kYes, kUnknown };

// The note of a Fault for kUnknown.
inline constexpr char kNoStatx[] =
    "statx(2) fails, and nothing is done unseen; let the caller's seccomp filter allow it";
inline constexpr char kNoStatfs[] =
    "fstatfs(2) fails, and nothing is done unseen; let the caller's seccomp filter allow it";

// The magic number of statfs(2). 0: unknown.
uint64_t filesystem_of(int fd);

// Whether both descriptors refer to the same directory of the same mount. A mount on the root
// itself would be on top of it, and neither a lookup nor the pivot reaches that.
Answer same_place(const Place& a, const Place& b);
Answer same_place(int a, int b);
Answer same_mount(int a, int b);

// The id as in proc_pid_mountinfo(5). 0: unknown.
uint64_t mount_id(int fd);

// Whether it is the top directory of a mount.
Answer is_root_of_mount(long fd);

enum class Links {
  kFollowInside,   // symlinks are resolved as the container would: never above its root
  kRefuse,         // ELOOP for any
  kRefuseAndStay,  // and EXDEV for what is mounted on the way
};

// openat2(2) of an absolute path of the container, with O_CLOEXEC added. -errno on failure.
long open_in_root(int root, const char* path, uint64_t flags, Links links);

// Whether `name` in the directory is a link of this text.
bool is_link_to(int directory, const char* name, const char* text);

// The four functions below are in make_in_root.cc. They create missing directories with mode 0755,
// also through dangling links. Besides the errors of the kernel, -ELOOP: a link that `links`
// refuses, a link of procfs, or more than 40 links.

// Opens the directory as O_PATH.
long make_directory(int root, const char* path, Links links);

// Opens the directory that contains `path` as O_PATH. *name is the last component of `path`.
long open_parent(int root, const char* path, const char** name, Links links);

// Creates `path`, a missing mount target, as a directory or an empty file, and opens it as O_PATH.
// `made`: whether it was created.
enum class Make { kDirectory, kFile };
long make_mount_target(int root, const char* path, Make kind, Links links, bool* made = nullptr);

// Creates the symlink `path` with the text of the symlink that is open as `link`. Succeeds if one
// with the same text exists. -EEXIST: something else exists.
long copy_link(int root, const char* path, int link, Links links);

}  // namespace oci::init
