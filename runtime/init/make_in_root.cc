// Creates the missing part of a path in the container's root, one name at a time.
//
// A link of an image may be dangling (/etc/resolv.conf -> ../run/...). Then its text replaces the
// link in the path. An absolute one starts at the root. Each step is one name below an open
// directory and follows no link, so an attacker cannot lead it out of the root. If the walk went
// through a link, the kernel looks the whole path up once more, and that result counts.
#include <linux/fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/stat.h>

#include "runtime/init/beneath.h"
#include "runtime/init/in_root.h"
#include "runtime/init/made_log.h"
#include "runtime/init/text.h"
#include "runtime/wire/syscall.h"

namespace oci::init {

using wire::sys;
namespace {

constexpr size_t kPathMax = 4096;
constexpr size_t kNameMax = 255;
constexpr int kLinkMax = 40;  // path_resolution(7)
constexpr long kEperm = -1, kEnoent = -2, kEexist = -17, kEnotdir = -20, kEnametoolong = -36,
               kEnosys = -38, kEloop = -40;

class Walk {
 public:
  Walk(int root, Links links) : root_(root), links_(links) { passed_[0] = '\0'; }

  // `path` as O_PATH, created if missing. -errno on failure.
  long make(const char* path, Make kind);

  bool made_target() const { return made_target_; }
  bool went_through_a_link() const { return turns_ > 0; }

 private:
  int directory() const { return here_.ok() ? here_.get() : root_; }
  bool next();
  long step(Make kind);
  long make_name(Make kind);
  long enter(long fd);
  long leave();
  long take_link_or_file();
  long splice(int link);

  int root_;
  Links links_;
  Fd here_{-1, Close::kTogether};    // none: the root
  Fd target_{-1, Close::kTogether};  // a file at the end of the path
  int turns_ = 0;                    // links followed, and names that changed under the walk
  bool made_target_ = false;
  char name_[kNameMax + 1];
  char passed_[kPathMax];  // the directories down to `here_`: "/a/b", without links
  size_t passed_size_ = 0;
  char rest_[2 * kPathMax];  // ends at the end of the array, so that a link's text fits before it
  size_t at_ = sizeof rest_ - 1;
};

// Takes the next name off the rest. false at the end. An empty name means: too long.
bool Walk::next() {
  for (;;) {
    while (rest_[at_] == '/')
      ++at_;
    const size_t begin = at_;
    while (rest_[at_] != '\0' && rest_[at_] != '/')
      ++at_;
    const size_t size = at_ - begin;
    if (size == 0) return false;
    if (size == 1 && rest_[begin] == '.') continue;
    const size_t kept = size > kNameMax ? 0 : size;
    __builtin_memcpy(name_, rest_ + begin, kept);
    name_[kept] = '\0';
    return true;
  }
}

long Walk::enter(long fd) {
  const size_t size = length(name_);
  if (passed_size_ + 1 + size >= sizeof passed_) return kEnametoolong;
  here_.reset(fd);
  passed_[passed_size_] = '/';
  __builtin_memcpy(passed_ + passed_size_ + 1, name_, size + 1);
  passed_size_ += 1 + size;
  return 0;
}

// ".." is resolved by name. If an attacker has moved a directory up, the ".." of the kernel would
// reach the root too early, and the next one would leave it.
long Walk::leave() {
  passed_size_ = passed_size_ == 0 ? 0 : static_cast<size_t>(last_slash(passed_) - passed_);
  passed_[passed_size_] = '\0';
  here_.reset();
  if (passed_size_ == 0) return 0;
  const long fd = open_in_root(root_, passed_, O_PATH | O_DIRECTORY, Links::kRefuse);
  if (fd < 0) return fd;
  here_.reset(fd);
  return 0;
}

// A link of procfs may lead elsewhere than its text says, so none is followed (CVE-2024-21626).
long Walk::splice(int link) {
  if (links_ != Links::kFollowInside || ++turns_ > kLinkMax) return kEloop;
  const uint64_t filesystem = filesystem_of(link);
  if (filesystem == 0) return kEperm;  // not known
  if (filesystem == PROC_SUPER_MAGIC) return kEloop;
  const long got = sys(__NR_readlinkat, link, "", rest_, at_);
  if (got < 0) return got;
  const auto size = static_cast<size_t>(got);
  if (size == 0) return kEnoent;
  if (size == at_) return kEnametoolong;
  __builtin_memmove(rest_ + at_ - size, rest_, size);
  at_ -= size;
  if (rest_[at_] != '/') return 0;
  here_.reset();
  passed_size_ = 0;
  passed_[0] = '\0';
  return 0;
}

long Walk::take_link_or_file() {
  Fd found(sys(__NR_openat, directory(), name_, O_PATH | O_NOFOLLOW | O_CLOEXEC));
  FileFacts facts;
  const long rc = found.ok() ? look(found.get(), facts) : found.get();
  if (rc < 0) return rc;
  if (facts.type == S_IFLNK) return splice(found.get());
  // As usual, a slash behind it requires a directory.
  if (rest_[at_] != '\0') return kEnotdir;
  target_.reset(found.release());
  return 0;
}

// One call does what open(2) and close(2) do. Filesystems in user space may lack it.
long make_file(int directory, const char* name) {
  const long made = sys(__NR_mknodat, directory, name, S_IFREG | 0755, 0);
  if (made != kEnosys && made != kEperm) return made;
  const Fd file(sys(__NR_openat, directory, name,
                    O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, 0755));
  return file.ok() ? 0 : file.get();
}

// EEXIST: another process was faster, and the caller repeats the step.
long Walk::make_name(Make kind) {
  const bool is_last = rest_[at_] == '\0';
  const bool is_file = is_last && kind == Make::kFile;
  long rc = note_making(directory(), name_, is_file ? Make::kFile : Make::kDirectory);
  if (rc < 0) return rc;
  rc = is_file ? make_file(directory(), name_) : sys(__NR_mkdirat, directory(), name_, 0755);
  if (rc < 0) note_not_made();
  if (rc < 0) return rc;
  const int want = is_file ? 0 : O_DIRECTORY;
  const long fd = sys(__NR_openat, directory(), name_, O_PATH | O_NOFOLLOW | O_CLOEXEC | want);
  if (fd < 0) return fd;
  made_target_ = is_last;
  if (want != 0) return enter(fd);
  target_.reset(fd);
  return 0;
}

long Walk::step(Make kind) {
  if (name_[0] == '\0') return kEnametoolong;
  if (equal(name_, "..")) return leave();
  // The kernel has not found the whole path, so that it is mostly the last name that is missing.
  if (rest_[at_] == '\0') {
    const long rc = make_name(kind);
    if (rc != kEexist) return rc;
  }
  constexpr int kFlags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  const long fd = sys(__NR_openat, directory(), name_, kFlags);
  if (fd >= 0) return enter(fd);
  if (fd == kEnotdir) return take_link_or_file();
  return fd == kEnoent ? make_name(kind) : fd;
}

long Walk::make(const char* path, Make kind) {
  const size_t size = length(path);
  if (size >= kPathMax) return kEnametoolong;
  at_ = sizeof rest_ - 1 - size;
  append(rest_ + at_, rest_ + sizeof rest_, path);
  while (next()) {
    long rc = step(kind);
    while (rc == kEexist && ++turns_ <= kLinkMax)
      rc = step(kind);
    if (rc < 0) return rc == kEexist ? kEloop : rc;
  }
  if (target_.ok()) return target_.release();
  if (here_.ok()) return here_.release();
  return open_in_root(root_, "/", O_PATH | O_DIRECTORY, links_);
}

struct Made {
  long fd;
  bool target;
};

Made make_missing(int root, const char* path, Make kind, Links links, uint64_t flags) {
  Walk walk(root, links);
  Fd fd(walk.make(path, kind));
  if (fd.ok() && walk.went_through_a_link()) fd.reset(open_in_root(root, path, flags, links));
  return {fd.release(), walk.made_target()};
}

}  // namespace

bool is_link_to(int directory, const char* name, const char* text) {
  char found[kPathMax];
  const long size = sys(__NR_readlinkat, directory, name, found, sizeof found - 1);
  if (size < 0) return false;
  found[size] = '\0';
  return equal(found, text);
}

long make_directory(int root, const char* path, Links links) {
  constexpr uint64_t kFlags = O_PATH | O_DIRECTORY;
  const long existing = open_in_root(root, path, kFlags, links);
  if (existing != kEnoent) return existing;
  return make_missing(root, path, Make::kDirectory, links, kFlags).fd;
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

long make_mount_target(int root, const char* path, Make kind, Links links, bool* made) {
  const Made missing = make_missing(root, path, kind, links, O_PATH);
  if (made != nullptr) *made = missing.target;
  return missing.fd;
}

long make_name(int directory, const char* name, Make kind, bool* made) {
  const bool is_file = kind == Make::kFile;
  const long rc = is_file ? make_file(directory, name) : sys(__NR_mkdirat, directory, name, 0755);
  if (rc < 0 && rc != kEexist) return rc;
  *made = rc >= 0;
  return open_beneath(directory, name, O_PATH);
}

long copy_link(int root, const char* path, int link, Links links) {
  char text[kPathMax];
  const long size = sys(__NR_readlinkat, link, "", text, sizeof text - 1);
  if (size < 0) return size;
  text[size] = '\0';
  const char* name;
  const Fd parent(open_parent(root, path, &name, links));
  if (!parent.ok()) return parent.get();
  long rc = note_making(parent.get(), name, Make::kFile);
  if (rc < 0) return rc;
  rc = sys(__NR_symlinkat, text, parent.get(), name);
  if (rc < 0) note_not_made();
  return rc == kEexist && is_link_to(parent.get(), name, text) ? 0 : rc;
}

}  // namespace oci::init
