// The files of a container's state directory.
#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <memory>

#include "runtime/state/lock.h"
#include "runtime/state/row.h"
#include "runtime/state/store.h"
#include "runtime/state/tree.h"
#include "runtime/sys/file.h"
#include "runtime/sys/self_status.h"

namespace oci::state {
namespace {

constexpr char kNewRecordFile[] = ".record.tmp";
constexpr size_t kRecordLimit = 64U << 20;

// Any file type may be in its place: never blocks, and follows no link.
Result<std::string> read_regular(int dir, const char* name, size_t limit) {
  const Result<sys::UniqueFd> file =
      sys::open_at(dir, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY);
  const int error = file ? 0 : file.error().sys_errno();
  const bool is_special = error == ELOOP || error == ENXIO || error == ENODEV;
  if (!file && !is_special) return file.error();
  struct stat info = {};
  if (is_special || ::fstat(file.value().get(), &info) < 0 || !S_ISREG(info.st_mode)) {
    return Error(ErrorKind::kInvalidConfig, cat("'", name, "' is damaged: it is no regular file"));
  }
  if (static_cast<uint64_t>(info.st_size) > limit) {
    return Error(ErrorKind::kInvalidConfig,
                 cat("'", name, "' is damaged: it has ", info.st_size, " bytes"));
  }
  return sys::read_regular(file.value().get(), name, static_cast<size_t>(info.st_size), limit);
}

}  // namespace

std::optional<Record> usual_record(int root, const std::string& id) {
  struct stat info = {};
  if (::fstatat(root, id.c_str(), &info, AT_SYMLINK_NOFOLLOW) < 0) return {};
  if (!S_ISDIR(info.st_mode) || info.st_uid != sys::own_uid()) return {};
  const std::string path = cat(id, "/", kRecordFile);
  open_how how = {};
  how.flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;  // it may no longer be that directory
  const sys::UniqueFd file(
      static_cast<int>(::syscall(SYS_openat2, root, path.c_str(), &how, sizeof how)));
  if (!file || ::fstat(file.get(), &info) < 0 || !S_ISREG(info.st_mode)) return {};
  if (info.st_uid != sys::own_uid()) return {};  // another directory may have taken its place
  const auto size = static_cast<size_t>(info.st_size);
  if (size > kRecordLimit) return {};
  Result<std::string> text = sys::read_regular(file.get(), kRecordFile, size, kRecordLimit);
  if (!text) return {};
  Result<Record> record = parse_record(std::move(text).value());
  if (!record || record.value().id != id) return {};
  return std::move(record).value();
}

StateDir::StateDir(StateDir&& other) noexcept
    : fd_(std::move(other.fd_)),
      id_(std::move(other.id_)),
      path_(std::move(other.path_)),
      device_(other.device_),
      remove_(std::exchange(other.remove_, false)) {}

StateDir::~StateDir() {
  if (remove_) (void)remove();  // report the error that led here, not this one
}

void StateDir::unlock() {
  ::flock(fd_.get(), LOCK_UN);
}

Result<bool> StateDir::lock_again(std::chrono::milliseconds patience) {
  if (!OCI_TRY(try_lock(fd_.get())))
    OCI_TRY(lock_until(fd_.get(), id_, sys::deadline_in(patience)));
  struct stat info = {};
  if (::fstat(fd_.get(), &info) < 0) return Error::system(errno, "look at a state directory");
  return info.st_nlink > 0;
}

pid_t StateDir::lock_holder() const {
  return holder_of(fd_.get());
}

Result<Record> StateDir::load() const {
  Result<std::string> text = read_regular(fd_.get(), kRecordFile, kRecordLimit);
  if (!text && text.error().sys_errno() == ENOENT && had_record()) {
    return Error(ErrorKind::kInvalidConfig,
                 cat("container \"", id_, "\": the record is damaged: it is missing"));
  }
  if (!text && text.error().sys_errno() == ENOENT) {
    return Error(ErrorKind::kNotFound,
                 cat("container \"", id_, "\" does not exist: its creation did not complete"));
  }
  if (!text) return std::move(text).error().during(cat("container \"", id_, "\""));
  Record record =
      OCI_TRY(parse_record(std::move(text).value()).during(cat("container \"", id_, "\"")));
  if (record.id == id_) return record;
  return Error(ErrorKind::kInvalidConfig,
               cat("container \"", id_, "\": the record is damaged: it is another container's"));
}

std::optional<InitIdentity> StateDir::init() const {
  std::array<char, 128> text;
  const ssize_t length = ::readlinkat(fd_.get(), kInitFile, text.data(), text.size());
  if (length <= 0 || static_cast<size_t>(length) == text.size()) return {};
  InitIdentity init;
  const char* const end = text.data() + length;
  const auto pid = std::from_chars(text.data(), end, init.pid);
  if (pid.ec != std::errc() || pid.ptr == end) return {};
  const auto start = std::from_chars(pid.ptr + 1, end, init.start_time);
  if (start.ec != std::errc() || start.ptr == end) return {};
  init.boot_id.assign(start.ptr + 1, end);
  return init;
}

bool StateDir::had_record() const {
  struct stat info = {};
  for (const char* name : {kInitFile, kConfigFile, kGateFile}) {
    if (::fstatat(fd_.get(), name, &info, AT_SYMLINK_NOFOLLOW) == 0) return true;
  }
  return false;
}

Status StateDir::save(const Record& record) const {
  const std::string what = cat("write the record of container \"", id_, "\"");
  const Result<sys::UniqueFd> file =
      sys::open_at(fd_.get(), kNewRecordFile, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
  if (!file) return Error::system(file.error().sys_errno(), what);
  OCI_TRY(sys::write_all(file.value().get(), to_json(record), kNewRecordFile).during(what));
  // No fsync: after a crash of the machine the container is gone.
  if (::renameat(fd_.get(), kNewRecordFile, fd_.get(), kRecordFile) < 0) {
    return Error::system(errno, what);
  }
  if (record.phase == Phase::kCreated && record.pid != 0) {
    const std::string init = cat(record.pid, " ", record.start_time, " ", record.boot_id);
    // An existing link has the same text.
    [[maybe_unused]] const int made = ::symlinkat(init.c_str(), fd_.get(), kInitFile);
  }
  return {};
}

Status StateDir::save_config(std::string_view text) const {
  const sys::UniqueFd file = OCI_TRY(
      sys::open_at(fd_.get(), kConfigFile, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600));
  return sys::write_all(file.get(), text, kConfigFile);
}

Result<std::string> StateDir::load_config() const {
  constexpr size_t kLimit = size_t{64} << 20;  // the limit of `create`
  Result<std::string> text = read_regular(fd_.get(), kConfigFile, kLimit);
  if (!text && text.error().sys_errno() == ENOENT) {
    return Error(ErrorKind::kNotFound,
                 cat("container \"", id_, "\": its config.json is not in the state directory"));
  }
  return text;
}

Status StateDir::remove() {
  remove_ = false;
  // The usual files, without listing the directory.
  for (const char* name : {kGateFile, kVerdictFile, kConfigFile, kInitFile, kRecordFile}) {
    ::unlinkat(fd_.get(), name, 0);
  }
  if (::rmdir(path_.c_str()) == 0 || errno == ENOENT) return {};
  if (errno == ENOTEMPTY || errno == EEXIST) {
    OCI_TRY(remove_content(fd_.get()).during(cat("remove '", path_, "'")));
    if (::rmdir(path_.c_str()) == 0 || errno == ENOENT) return {};
  }
  return Error::system(errno, cat("remove '", path_, "'"));
}

}  // namespace oci::state
