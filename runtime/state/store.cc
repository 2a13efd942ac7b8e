#include "runtime/state/store.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstdlib>
#include <optional>

#include "runtime/state/lock.h"
#include "runtime/state/row.h"
#include "runtime/state/tree.h"
#include "runtime/sys/file.h"
#include "runtime/sys/self_status.h"

namespace oci::state {
namespace {

constexpr char kHostRoot[] = "/run/oci-rt";
constexpr size_t kLongestId = 255;  // NAME_MAX
// For another process that is about to write the first record or to remove the directory.
constexpr std::chrono::milliseconds kPatience(500);

bool is_id_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '+' || c == '.' || c == '-';
}

// user_namespaces(7): the initial one maps every id to itself.
bool in_user_namespace() {
  const Result<std::string> map = sys::read_file_at(AT_FDCWD, "/proc/self/uid_map", 65536);
  if (!map) return false;
  std::string words;
  for (const char c : map.value()) {
    if (c != ' ' && c != '\n') words += c;
  }
  return words != "004294967295";
}

Error no_such(std::string_view id) {
  return Error(ErrorKind::kNotFound, cat("container \"", id, "\" does not exist"));
}
Error taken(std::string_view id) {
  return Error(ErrorKind::kExists, cat("container with given ID already exists: \"", id, "\""));
}

Result<sys::UniqueFd> open_dir(const std::string& path) {
  return sys::open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
}

// false: the directory was removed while this process waited for the lock. One of another user is
// an error: a foreign record could make this caller run its hooks.
Result<bool> own_and_there(int dir, const std::string& path, dev_t& device) {
  struct stat info = {};
  if (::fstat(dir, &info) < 0) return Error::system(errno, "look at a state directory");
  device = info.st_dev;
  if (info.st_uid == sys::own_uid()) return info.st_nlink > 0;
  return Error(ErrorKind::kUsage, cat("--root: '", path, "' belongs to uid ", info.st_uid,
                                      ", not to the caller; choose another"));
}

bool is_absent(const Error& error) {
  return error.sys_errno() == ENOENT || error.sys_errno() == ENOTDIR;
}

// Whether another process holds the lock, to write the first record or to remove the directory.
bool in_use(int dir) {
  const Result<bool> locked = try_lock(dir);  // released with the descriptor
  return locked && !locked.value();
}

enum class Claim { kOurs, kTaken, kAgain };

// Takes the directory, unless a container lives in it. `dir` holds the lock. The owner of a
// directory without a record is the holder of its lock, not its maker: the maker may have been
// killed.
Result<Claim> claim(const sys::UniqueFd& dir, const std::string& path, dev_t& device) {
  const bool locked = OCI_TRY(try_lock(dir.get()));
  if (::faccessat(dir.get(), kRecordFile, F_OK, AT_SYMLINK_NOFOLLOW) == 0) return Claim::kTaken;
  if (!locked) {  // held briefly by a creator, a `delete` or a `list`
    ::poll(nullptr, 0, 1);
    return Claim::kAgain;
  }
  return OCI_TRY(own_and_there(dir.get(), path, device)) ? Claim::kOurs : Claim::kAgain;
}

bool time_is_left(std::optional<sys::Deadline>& deadline) {
  if (!deadline) deadline = sys::deadline_in(kPatience);
  return sys::poll_timeout(*deadline) > 0;
}

}  // namespace

Status check_id(std::string_view id) {
  constexpr char kFormat[] = "invalid container ID format: ";
  if (id.empty()) return Error(ErrorKind::kUsage, cat(kFormat, "it is empty"));
  if (id == "." || id == "..") return Error(ErrorKind::kUsage, cat(kFormat, "\"", id, "\""));
  if (id.size() > kLongestId) {
    return Error(ErrorKind::kUsage, cat(kFormat, "it is longer than ", kLongestId, " characters"));
  }
  if (!std::ranges::all_of(id, is_id_character)) {
    return Error(ErrorKind::kUsage,
                 cat(kFormat, "\"", id, "\" has characters other than A-Z a-z 0-9 _ + . -"));
  }
  return {};
}

Result<std::string> default_root() {
  const char* const runtime_dir = std::getenv("XDG_RUNTIME_DIR");
  const bool has_runtime_dir = runtime_dir != nullptr && runtime_dir[0] == '/';
  bool own = sys::own_uid() != 0;
  if (!own && has_runtime_dir) {
    // Root in a user namespace, as in rootless podman and buildah, cannot write to /run. In a
    // nested container it may be the real root. USER decides that, as in runc.
    const char* const user = std::getenv("USER");
    own = (user == nullptr || std::string_view(user) != "root") && in_user_namespace();
  }
  if (!own) return std::string(kHostRoot);
  if (has_runtime_dir) return cat(runtime_dir, "/oci-rt");
  return Error(ErrorKind::kUsage,
               "XDG_RUNTIME_DIR is not set; set it to a directory of your own, or give --root DIR");
}

Result<Store> Store::open(const std::optional<std::string>& root, bool is_default) {
  if (!root) return Store(OCI_TRY(default_root()), true);
  std::string path = *root;
  if (path.empty()) return Error(ErrorKind::kUsage, "--root: is empty");
  if (path[0] != '/') {
    std::array<char, PATH_MAX> here;
    if (::getcwd(here.data(), here.size()) == nullptr) {
      return Error::system(errno, cat("--root: '", path, "': find the current directory"));
    }
    path = cat(here.data(), "/", path);
  }
  while (path.size() > 1 && path.ends_with('/'))
    path.pop_back();
  if (path == "/") return Error(ErrorKind::kUsage, "--root: '/' cannot hold containers");
  return Store(std::move(path), is_default);
}

Result<StateDir> Store::reserve(std::string_view id) const {
  OCI_TRY(check_id(id));
  const std::string path = cat(root_, "/", id);
  std::optional<sys::Deadline> deadline;  // from the first wait on
  do {
    bool made = ::mkdir(path.c_str(), 0700) == 0;
    if (!made && errno == ENOENT) {
      OCI_TRY(make_path(root_));
      made = ::mkdir(path.c_str(), 0700) == 0;
    }
    if (!made && errno != EEXIST) return Error::system(errno, cat("make directory '", path, "'"));

    Result<sys::UniqueFd> dir = open_dir(path);
    if (!dir && is_absent(dir.error())) continue;
    dev_t device = 0;
    const Result<Claim> claimed =
        dir ? claim(dir.value(), path, device) : Result<Claim>(dir.error());
    if (!claimed) {
      if (made) ::rmdir(path.c_str());
      return claimed.error();
    }
    if (claimed.value() == Claim::kTaken) return taken(id);
    if (claimed.value() == Claim::kAgain) continue;
    StateDir claimed_dir(std::move(dir).value(), std::string(id), path, device);
    // The directory had a record that is missing now: its container may live on.
    if (!made && claimed_dir.had_record()) return taken(id);
    claimed_dir.remove_ = true;
    if (!made) {
      OCI_TRY(remove_content(claimed_dir.fd()).during(cat("take over '", path, "'")));
    }
    return claimed_dir;
  } while (time_is_left(deadline));
  return taken(id);
}

Result<StateDir> Store::open(std::string_view id, Lock lock,
                             std::chrono::milliseconds patience) const {
  OCI_TRY(check_id(id));
  std::string path = cat(root_, "/", id);
  Result<sys::UniqueFd> dir = open_dir(path);
  if (!dir && is_absent(dir.error())) return no_such(id);
  if (!dir) return std::move(dir).error();
  const int fd = dir.value().get();
  dev_t device = 0;
  if (lock == Lock::kExclusive && !OCI_TRY(try_lock(fd))) {
    OCI_TRY(own_and_there(fd, path, device));
    OCI_TRY(lock_until(fd, id, sys::deadline_in(patience)));
  }
  const bool there = OCI_TRY(own_and_there(fd, path, device));
  if (lock == Lock::kExclusive && !there) return no_such(id);
  return StateDir(std::move(dir).value(), std::string(id), std::move(path), device);
}

namespace {

// None: a missing root, if it is the default.
Result<sys::UniqueFd> open_root(const std::string& path, bool is_default) {
  Result<sys::UniqueFd> root = sys::open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
  if (root || !is_absent(root.error())) return root;
  if (is_default) return sys::UniqueFd();
  return Error(ErrorKind::kUsage, cat("--root: directory '", path, "' does not exist"));
}

Result<std::vector<std::string>> ids_in(int root) {
  std::vector<std::string> ids = OCI_TRY(names_in(root));
  std::erase_if(ids, [](const std::string& name) { return !check_id(name); });
  std::ranges::sort(ids);
  return ids;
}

// Absent: no row for it.
std::optional<Listed> whole_row(const Store& store, const std::string& id) {
  const Result<StateDir> dir = store.open(id, Lock::kNone);
  if (!dir && dir.error().kind() == ErrorKind::kNotFound) return {};  // removed meanwhile
  Listed row{.id = id, .record = dir ? dir.value().load() : dir.error()};
  if (row.record) row.status = status_of(row.record.value(), dir.value().fd());
  const bool has_no_record = !row.record && row.record.error().kind() == ErrorKind::kNotFound;
  if (has_no_record && in_use(dir.value().fd())) return {};
  return row;
}

}  // namespace

Result<std::vector<Listed>> Store::list() const {
  std::vector<Listed> rows;
  OCI_TRY(for_each_row(*this, [&](Listed& row) { rows.push_back(std::move(row)); }));
  return rows;
}

Status for_each_row(const Store& store, const std::function<void(Listed& row)>& each) {
  const sys::UniqueFd root = OCI_TRY(open_root(store.root(), store.is_default()));
  if (!root) return {};
  for (const std::string& id : OCI_TRY(ids_in(root.get()))) {
    std::optional<Listed> row;
    if (std::optional<Record> record = usual_record(root.get(), id)) {
      const spec::ContainerStatus status = status_at(*record, root.get(), cat(id, "/", kGateFile));
      row.emplace(Listed{.id = id, .record = std::move(*record), .status = status});
    } else {
      row = whole_row(store, id);
    }
    if (row) each(*row);
  }
  return {};
}

}  // namespace oci::state
