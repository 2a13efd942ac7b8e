#include "runtime/install/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <climits>
#include <cstdio>
#include <cstdlib>

#include "runtime/sys/directory.h"
#include "runtime/sys/file.h"

namespace oci::install {
namespace {

constexpr size_t kLargest = 4 << 20;
// Before the process id, in the name of a temporary file. Engines read *.conf and *.toml, so the
// name is not one of theirs.
constexpr std::string_view kTemporary = ".oci-rt-";

Error not_written(int err, const std::string& path) {
  if (err == EACCES || err == EPERM) {
    return Error(ErrorKind::kSystem,
                 cat("'", path, "' cannot be written by this user; run as root"));
  }
  if (err == EROFS)
    return Error(ErrorKind::kSystem, cat("'", path, "' is on a read-only filesystem"));
  return Error::system(err, cat("write '", path, "'"));
}

std::string directory_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

Status make_directories(const std::string& path) {
  for (size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string prefix = path.substr(0, end);
    if (::mkdir(prefix.c_str(), 0755) < 0 && errno != EEXIST) return not_written(errno, prefix);
    if (end == std::string::npos) return {};
  }
}

// Resolve a link first: rename(2) would replace the link with a file.
Result<std::string> real_path(const std::string& path) {
  struct stat info = {};
  if (::lstat(path.c_str(), &info) != 0 || !S_ISLNK(info.st_mode)) return path;
  char real[PATH_MAX];
  if (::realpath(path.c_str(), real) == nullptr) {
    return Error(ErrorKind::kSystem, cat("'", path, "' is a dangling link; remove it first"));
  }
  return std::string(real);
}

// Removes a temporary file, unless keep() is called.
class Leftover {
 public:
  explicit Leftover(std::string path) : path_(std::move(path)) {}
  Leftover(const Leftover&) = delete;
  Leftover& operator=(const Leftover&) = delete;
  ~Leftover() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  void keep() { path_.clear(); }

 private:
  std::string path_;
};

// Signals that end the program wait until no temporary file is left.
class SignalsHeld {
 public:
  SignalsHeld() {
    sigset_t held;
    ::sigemptyset(&held);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT})
      ::sigaddset(&held, number);
    ::sigprocmask(SIG_BLOCK, &held, &before_);
  }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;
  ~SignalsHeld() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_ = {};
};

// The process that made the temporary file `name` of the file `base`. Absent: it is no such file.
std::optional<pid_t> writer_of(std::string_view name, std::string_view base) {
  if (!name.starts_with(cat(base, kTemporary))) return std::nullopt;
  const std::string_view digits = name.substr(base.size() + kTemporary.size());
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), pid);
  if (error != std::errc() || end != digits.data() + digits.size() || pid <= 0) return std::nullopt;
  return pid;
}

bool lives(pid_t pid) {
  return pid != ::getpid() && (::kill(pid, 0) == 0 || errno == EPERM);
}

Status sync_directory(const std::string& path) {
  const sys::UniqueFd dir = OCI_TRY(sys::open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY));
  if (::fsync(dir.get()) != 0) return not_written(errno, path);
  return {};
}

// `mode`: of a file that has neither an old one nor `like`.
Status write_file(const std::string& path, const std::string& text, const std::string& like,
                  mode_t mode) {
  const SignalsHeld held;
  const std::string temporary = cat(path, kTemporary, ::getpid());
  ::unlink(temporary.c_str());
  const int raw = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (raw < 0) return not_written(errno, path);
  const sys::UniqueFd file(raw);
  Leftover leftover(temporary);
  // Another process with this id, in another pid namespace, must not take it for a leftover.
  if (::flock(raw, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return not_written(errno, path);
  struct stat old = {};
  const bool existed = ::stat(path.c_str(), &old) == 0 || ::stat(like.c_str(), &old) == 0;
  if (existed && ::fchown(raw, old.st_uid, old.st_gid) != 0) return not_written(errno, path);
  if (::fchmod(raw, existed ? old.st_mode & 07777 : mode) != 0) return not_written(errno, path);
  OCI_TRY(sys::write_all(raw, text, path));
  if (::fsync(raw) != 0) return not_written(errno, path);
  if (::rename(temporary.c_str(), path.c_str()) != 0) return not_written(errno, path);
  leftover.keep();
  return {};
}

}  // namespace

Result<Text> read_config_file(const std::string& path) {
  const int raw = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (raw < 0 && (errno == ENOENT || errno == ENOTDIR)) return Text();
  if (raw < 0 && errno == EACCES) {
    return Error(ErrorKind::kSystem, cat("'", path, "' cannot be read by this user; run as root"));
  }
  if (raw < 0) return Error::system(errno, cat("read '", path, "'"));
  const sys::UniqueFd file(raw);
  struct stat info = {};
  if (::fstat(raw, &info) != 0) return Error::system(errno, cat("read '", path, "'"));
  if (!S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode)) {
    return Error(ErrorKind::kSystem, cat("'", path, "' is no regular file; remove it first"));
  }
  return Text(OCI_TRY(sys::read_all(raw, path, kLargest)));
}

Result<std::vector<NamedText>> read_all(const std::vector<std::string>& paths) {
  std::vector<NamedText> texts;
  for (const std::string& path : paths) {
    Text text = OCI_TRY(read_config_file(path));
    if (text) texts.push_back({path, std::move(*text)});
  }
  return texts;
}

void remove_leftovers(const std::string& path) {
  const Result<std::string> real = real_path(path);
  if (!real) return;
  const std::string directory = directory_of(real.value());
  const std::string base = real.value().substr(real.value().rfind('/') + 1);
  const sys::Directory stream(::opendir(directory.c_str()));
  while (const dirent* entry = stream ? ::readdir(stream.get()) : nullptr) {
    const std::optional<pid_t> pid = writer_of(entry->d_name, base);
    if (!pid || lives(*pid)) continue;
    const int parent = ::dirfd(stream.get());
    const sys::UniqueFd file(
        ::openat(parent, entry->d_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    struct stat info = {};
    if (file.get() < 0 || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) continue;
    if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) ::unlinkat(parent, entry->d_name, 0);
  }
}

Status change_file(const std::string& path, const Text& before, const Text& after,
                   const std::string& like) {
  const std::string real = OCI_TRY(real_path(path));
  if (after) OCI_TRY(make_directories(directory_of(real)));
  if (OCI_TRY(read_config_file(real)) != before) {
    return Error(ErrorKind::kBusy, cat("'", path, "' was changed by another process; try again"));
  }
  if (after) {
    OCI_TRY(write_file(real, *after, like, 0644));
  } else if (before && ::unlink(real.c_str()) != 0) {
    return not_written(errno, path);
  }
  if (!after && !before) return {};
  return sync_directory(directory_of(real));
}

Status write_program(const std::string& path, const std::string& content) {
  OCI_TRY(make_directories(directory_of(path)));
  OCI_TRY(write_file(path, content, "", 0755));
  return sync_directory(directory_of(path));
}

}  // namespace oci::install
