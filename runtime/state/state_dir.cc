// The inside of a container's directory.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "runtime/state/lock.h"
#include "runtime/state/store.h"
#include "runtime/state/tree.h"
#include "runtime/sys/file.h"

namespace oci::state {
namespace {

constexpr char kNewRecordFile[] = ".record.tmp";
constexpr size_t kRecordLimit = 64U << 20;

}  // namespace

StateDir::StateDir(StateDir&& other) noexcept
    : fd_(std::move(other.fd_)),
      id_(std::move(other.id_)),
      path_(std::move(other.path_)),
      remove_(std::exchange(other.remove_, false)) {}

StateDir::~StateDir() {
  if (remove_) (void)remove();  // the error that brought us here is the one worth telling
}

pid_t StateDir::lock_holder() const {
  return holder_of(fd_.get());
}

Result<Record> StateDir::load() const {
  Result<std::string> text = sys::read_file_at(fd_.get(), kRecordFile, kRecordLimit);
  if (!text && text.error().sys_errno() == ENOENT) {
    return Error(ErrorKind::kNotFound,
                 cat("container \"", id_, "\" does not exist: its creation did not get far"));
  }
  if (!text) return std::move(text).error().during(cat("container \"", id_, "\""));
  return parse_record(std::move(text).value()).during(cat("container \"", id_, "\""));
}

Status StateDir::save(const Record& record) const {
  const std::string what = cat("write the record of container \"", id_, "\"");
  const Result<sys::UniqueFd> file =
      sys::open_at(fd_.get(), kNewRecordFile, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
  if (!file) return Error::system(file.error().sys_errno(), what);
  OCI_TRY(sys::write_all(file.value().get(), to_json(record), kNewRecordFile).during(what));
  // No fsync: after a crash of the machine there is no container to be remembered.
  if (::renameat(fd_.get(), kNewRecordFile, fd_.get(), kRecordFile) < 0) {
    return Error::system(errno, what);
  }
  return {};
}

Status StateDir::save_config(std::string_view text) const {
  const sys::UniqueFd file = OCI_TRY(
      sys::open_at(fd_.get(), kConfigFile, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600));
  return sys::write_all(file.get(), text, kConfigFile);
}

Result<std::string> StateDir::load_config() const {
  constexpr size_t kLimit = size_t{64} << 20;  // what `create` reads
  Result<std::string> text = sys::read_file_at(fd_.get(), kConfigFile, kLimit);
  if (!text && text.error().sys_errno() == ENOENT) {
    return Error(ErrorKind::kNotFound,
                 cat("container \"", id_, "\": what it was made from is not kept"));
  }
  return text;
}

Status StateDir::remove() {
  remove_ = false;
  // The usual content needs no listing.
  for (const char* name : {kGateFile, kVerdictFile, kConfigFile, kRecordFile}) {
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
