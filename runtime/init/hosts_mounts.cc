// After chroot(2) the mounts of the host are still in the mount namespace. Whoever makes a user
// namespace in the container may mount a procfs exactly where a whole one is in the mount namespace
// already, mnt_already_visible() of the kernel: the host's would count, and the new one has no
// masks (/proc/sys/kernel/core_pattern). So all of the host's mounts are detached.
//
// Mounts that came from a more privileged mount namespace are locked together: mount_namespaces(7).
// There an empty tmpfs covers each whole procfs and sysfs.
#include "runtime/init/hosts_mounts.h"

#include <linux/fcntl.h>
#include <linux/magic.h>
#include <linux/mount.h>

#include "runtime/init/in_root.h"
#include "runtime/init/mount_api.h"
#include "runtime/init/text.h"

namespace oci::init {
namespace {

using sync::Subject;

constexpr long kEperm = -1, kEnoent = -2, kEinval = -22, kE2big = -7;

// A line of proc_pid_mountinfo(5).
struct Line {
  uint64_t id = 0;
  const char* path = "";      // from the root of this process
  bool is_whole = false;      // the root of its filesystem
  bool shows_kernel = false;  // a procfs or sysfs
};

char* end_of_word(char* at) {
  while (*at != ' ' && *at != '\0')
    ++at;
  return at;
}

// The next word, cut off.
char* take_word(char*& at) {
  char* word = at;
  at = end_of_word(at);
  if (*at == ' ') *at++ = '\0';
  return word;
}

// " \040 \011 \012 \134", in place.
void unescape(char* text) {
  char* out = text;
  for (; *text != '\0'; ++text) {
    const bool escaped = text[0] == '\\' && text[1] != '\0' && text[2] != '\0' && text[3] != '\0';
    if (!escaped) {
      *out++ = *text;
      continue;
    }
    *out++ = static_cast<char>(((text[1] - '0') << 6) | ((text[2] - '0') << 3) | (text[3] - '0'));
    text += 3;
  }
  *out = '\0';
}

Line parse(char* at) {
  Line line;
  for (const char* digit = take_word(at); *digit != '\0'; ++digit)
    line.id = line.id * 10 + static_cast<uint64_t>(*digit - '0');
  (void)take_word(at);  // the parent
  (void)take_word(at);  // the device
  line.is_whole = equal(take_word(at), "/");
  char* path = take_word(at);
  unescape(path);
  line.path = path;
  while (*at != '\0' && !equal(take_word(at), "-")) {
  }
  const char* type = take_word(at);
  line.shows_kernel = equal(type, "proc") || equal(type, "sysfs");
  return line;
}

// Lines of a file, of which one has as much room as the kernel takes for the options of a mount.
class Lines {
 public:
  explicit Lines(int file) : file_(file) {}

  // 1: `line` is the next one; 0: none is left; -errno.
  long next(char** line) {
    for (;;) {
      for (size_t at = begin_; at < end_; ++at) {
        if (g_buffer[at] != '\n') continue;
        g_buffer[at] = '\0';
        *line = g_buffer + begin_;
        begin_ = at + 1;
        return 1;
      }
      if (const long rc = fill(); rc <= 0) return rc;
    }
  }

 private:
  long fill() {
    __builtin_memmove(g_buffer, g_buffer + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    if (end_ == sizeof g_buffer) return kE2big;
    const long got = sys(__NR_read, file_, g_buffer + end_, sizeof g_buffer - end_);
    if (got > 0) end_ += static_cast<size_t>(got);
    return got;
  }

  static char g_buffer[32 << 10];
  int file_;
  size_t begin_ = 0;
  size_t end_ = 0;
};

char Lines::g_buffer[32 << 10];

// Calls `visit` with each line; the first -errno that it returns ends this. `proc` is the host's
// procfs, which stays open when it is detached.
template <class Visit>
long for_each_mount(int proc, Visit visit) {
  const Fd file(sys(__NR_openat, proc, "self/mountinfo", O_RDONLY | O_CLOEXEC));
  if (!file.ok()) return file.get();
  if (filesystem_of(file.get()) != PROC_SUPER_MAGIC) return kEperm;
  Lines lines(file.get());
  char* text = nullptr;
  long rc;
  while ((rc = lines.next(&text)) > 0) {
    const long visited = visit(parse(text));
    if (visited < 0) return visited;
  }
  return rc;
}

// Open on the mount itself. The paths of those that lie in the container's root lead elsewhere, as
// this process looks them up below it; so do those of mounts that are covered.
Fd open_mount(const Line& line) {
  Fd found(sys(__NR_openat, AT_FDCWD, line.path, O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (found.ok() && mount_id(found.get()) != line.id) found.reset();
  return Fd(found.release());
}

struct Pass {
  int detached = 0;
  bool some_are_locked = false;
};

// What is covered comes to light once its cover is gone: another pass takes it.
long detach_all(int proc, Pass& pass) {
  constexpr int kMntDetach = 2, kNofollow = 8;  // MNT_DETACH, UMOUNT_NOFOLLOW of libc's header
  return for_each_mount(proc, [&](const Line& line) -> long {
    if (equal(line.path, "/")) return 0;
    const Fd mount = open_mount(line);
    if (!mount.ok()) return 0;
    // Or the host would lose what is below it.
    const long alone = set_propagation(mount.get(), MS_SLAVE, true);
    if (alone < 0) return alone;
    const long rc = sys(__NR_umount2, line.path, kMntDetach | kNofollow);
    if (rc >= 0) ++pass.detached;
    if (rc == kEinval || rc == kEperm) pass.some_are_locked = true;
    const bool is_expected = rc >= 0 || rc == kEinval || rc == kEperm || rc == kEnoent;
    return is_expected ? 0 : rc;
  });
}

long cover(int mount) {
  const Fd tmpfs(make_tmpfs(MOUNT_ATTR_RDONLY));
  return tmpfs.ok() ? attach(tmpfs.get(), mount) : tmpfs.get();
}

bool is_the_containers(const Context& context, const Line& line) {
  const Fd found(open_in_root(context.root_fd, line.path, O_PATH, Links::kRefuse));
  return found.ok() && mount_id(found.get()) == line.id;
}

long cover_those_that_count(const Context& context, int proc) {
  return for_each_mount(proc, [&](const Line& line) -> long {
    if (!line.is_whole || !line.shows_kernel || is_the_containers(context, line)) return 0;
    const Fd mount = open_mount(line);
    // Below something else that is locked: nothing can be put on it.
    return mount.ok() ? cover(mount.get()) : kEperm;
  });
}

}  // namespace

Fault take_away_hosts_mounts(const Context& context) {
  constexpr int kPasses = 64;  // as deep as mounts may lie on each other
  const Fd proc(sys(__NR_openat, AT_FDCWD, "/proc", O_PATH | O_DIRECTORY | O_CLOEXEC));
  long rc = proc.get();
  Pass pass;
  for (int round = 0; rc >= 0; ++round) {
    pass = {};
    rc = detach_all(proc.get(), pass);
    if (pass.detached == 0) break;
    if (round == kPasses) rc = kE2big;
  }
  if (rc >= 0 && pass.some_are_locked) rc = cover_those_that_count(context, proc.get());
  return check(rc, Subject::kNone, "--no-pivot: the host's procfs and sysfs");
}

}  // namespace oci::init
