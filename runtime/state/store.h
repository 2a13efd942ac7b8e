// One directory for each container below the state root: made, locked, read, replaced, removed.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/state/record.h"
#include "runtime/sys/unique_fd.h"
#include "spec/error.h"
#include "spec/model/state.h"

namespace oci::state {

// Files of a state directory. runtime/launch makes the two fifos.
inline constexpr char kRecordFile[] = "record.json";
inline constexpr char kGateFile[] = "gate";
inline constexpr char kVerdictFile[] = "verdict";
inline constexpr char kConfigFile[] = "config.json";  // as `create` has read it

// A dangling link. Its text identifies init, in case the record gets damaged. It exists once the
// record says "created".
inline constexpr char kInitFile[] = "init";

struct InitIdentity {
  pid_t pid = 0;
  uint64_t start_time = 0;
  std::string boot_id;
};

// 1 to 255 characters of [A-Za-z0-9_+.-], not "." or "..": "invalid container ID format: ...".
Status check_id(std::string_view id);

// /run/oci-rt for root on the host, otherwise $XDG_RUNTIME_DIR/oci-rt.
Result<std::string> default_root();

enum class Lock {
  // For reading and for signals. Records are replaced atomically, so a reader needs no lock. A hook
  // may also ask for the state of the container while its creator waits for that hook.
  kNone,
  kExclusive,  // one state-changing verb at a time
};

// The state directory of a container. If Store::reserve() made it, the destructor removes it unless
// keep() was called.
class [[nodiscard]] StateDir {
 public:
  StateDir(StateDir&& other) noexcept;
  StateDir& operator=(StateDir&&) = delete;
  ~StateDir();

  int fd() const { return fd_.get(); }
  const std::string& id() const { return id_; }
  const std::string& path() const { return path_; }
  dev_t device() const { return device_; }  // that it is on

  // kNotFound: no record yet: a creator is about to write it, or was killed before. kInvalidConfig:
  // the record is damaged, belongs to another container, or is no regular file.
  Result<Record> load() const;
  // The config used by `create`, whatever has happened to the bundle since.
  Status save_config(std::string_view text) const;
  Result<std::string> load_config() const;
  std::optional<InitIdentity> init() const;
  // Whether a record existed once: files that are made after the first record exist.
  bool had_record() const;
  // Replaces the record atomically: a reader sees the old one or the new one.
  Status save(const Record& record) const;

  // Removes the content, the record last, and then the directory. Needs no disk space. The caller
  // holds the lock. If it is gone already, that is success.
  Status remove();

  // Gives the lock back. lock_again() takes it as Store::open() does. false: the directory was
  // removed meanwhile.
  void unlock();
  Result<bool> lock_again(std::chrono::milliseconds patience);

  // The process that holds the lock. 0: none, or one in another pid namespace.
  pid_t lock_holder() const;

  void keep() { remove_ = false; }

 private:
  friend class Store;
  StateDir(sys::UniqueFd fd, std::string id, std::string path, dev_t device)
      : fd_(std::move(fd)), id_(std::move(id)), path_(std::move(path)), device_(device) {}

  sys::UniqueFd fd_;  // holds the lock
  std::string id_;
  std::string path_;
  dev_t device_ = 0;
  bool remove_ = false;
};

// One row of `list`. An error in one entry does not affect the others.
struct Listed {
  std::string id;
  Result<Record> record;
  spec::ContainerStatus status = spec::ContainerStatus::kStopped;
};

class Store {
 public:
  // `root`: the value of --root. Absent: default_root(). A relative path starts at the current
  // directory. If `is_default` is false, the root must exist to be listed.
  static Result<Store> open(const std::optional<std::string>& root, bool is_default = false);

  const std::string& root() const { return root_; }
  bool is_default() const { return is_default_; }

  // Makes the directory (and the root, mode 0700) and locks it. kExists: the id is taken. Takes
  // over a directory that a killed creator left without a record.
  Result<StateDir> reserve(std::string_view id) const;

  // kNotFound: `container "web1" does not exist`. kBusy: for `patience` another process
  // held the lock: `container "web1" is busy: PID 1234 uses it; wait, or use delete --force`.
  Result<StateDir> open(std::string_view id, Lock lock,
                        std::chrono::milliseconds patience = {}) const;

  // Sorted. A missing root is empty if it is the default, otherwise an error.
  Result<std::vector<Listed>> list() const;

 private:
  Store(std::string root, bool is_default) : root_(std::move(root)), is_default_(is_default) {}

  std::string root_;
  bool is_default_ = false;
};

}  // namespace oci::state
