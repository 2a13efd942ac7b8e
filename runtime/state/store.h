// One directory a container below the state root: made, locked, read, replaced, removed.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/state/record.h"
#include "runtime/sys/deadline.h"
#include "runtime/sys/unique_fd.h"
#include "spec/error.h"
#include "spec/model/state.h"

namespace oci::state {

// Files of a container's directory. The two fifos are made by launch.
inline constexpr char kRecordFile[] = "record.json";
inline constexpr char kGateFile[] = "gate";
inline constexpr char kVerdictFile[] = "verdict";
inline constexpr char kConfigFile[] = "config.json";  // as `create` has read it

// A link to nothing, whose text names init: it is there as long as the record says "created", for
// the day on which the record is damaged.
inline constexpr char kInitFile[] = "init";

struct InitName {
  pid_t pid = 0;
  uint64_t start_time = 0;
  std::string boot_id;
};

// 1 to 255 characters of [A-Za-z0-9_+.-], not "." or "..": "invalid container ID format: ...".
Status check_id(std::string_view id);

// /run/oci-rt, or $XDG_RUNTIME_DIR/oci-rt for anyone but the host's root.
Result<std::string> default_root();

enum class Lock {
  // For reading and for signals. Records are replaced whole, so a reader needs no lock; and a hook
  // may ask for the state of the very container whose creator is waiting for that hook.
  kNone,
  kExclusive,  // one state-changing verb at a time
};

// A container's directory. Made by Store::reserve() it is removed again unless kept.
class [[nodiscard]] StateDir {
 public:
  StateDir(StateDir&& other) noexcept;
  StateDir& operator=(StateDir&&) = delete;
  ~StateDir();

  int fd() const { return fd_.get(); }
  const std::string& id() const { return id_; }
  const std::string& path() const { return path_; }

  // kNotFound: there is no record (yet): a creator was killed before it wrote one, or is about to.
  // kInvalidConfig: it is damaged, another container's, or no regular file.
  Result<Record> load() const;
  // The config that the container was made from, whatever became of its bundle since.
  Status save_config(std::string_view text) const;
  Result<std::string> load_config() const;
  std::optional<InitName> init() const;
  // Whether a record was here once: what comes after the first one is here.
  bool is_begun() const;
  // Replaces the record in one step: a reader sees the old one or the new one.
  Status save(const Record& record) const;

  // Removes whatever is inside, the record last, then the directory. Needs no space on the disk.
  // The caller holds the lock. Already gone is success.
  Status remove();

  // The process that holds the lock: 0 for nobody, or somebody of another pid namespace.
  pid_t lock_holder() const;

  void keep() { remove_ = false; }

 private:
  friend class Store;
  StateDir(sys::UniqueFd fd, std::string id, std::string path, bool remove)
      : fd_(std::move(fd)), id_(std::move(id)), path_(std::move(path)), remove_(remove) {}

  sys::UniqueFd fd_;  // holds the lock
  std::string id_;
  std::string path_;
  bool remove_ = false;
};

// One row of `list`. A damaged entry is its own error and spoils nobody else's row.
struct Listed {
  std::string id;
  Result<Record> record;
  spec::ContainerStatus status = spec::ContainerStatus::kStopped;
};

class Store {
 public:
  // `root` is --root; absent: default_root(). A relative one is taken from the current directory.
  // Only one that somebody named must be there to be listed.
  static Result<Store> open(const std::optional<std::string>& root, bool is_default = false);

  const std::string& root() const { return root_; }

  // Makes the directory (and the root, 0700) and locks it. kExists: the id is taken. What a
  // creator that was killed left without a record is taken over.
  Result<StateDir> reserve(std::string_view id) const;

  // kNotFound: `container "web1" does not exist`. kBusy: the deadline passed while another process
  // held the lock: `container "web1" is busy: PID 1234 uses it; wait, or use delete --force`.
  Result<StateDir> open(std::string_view id, Lock lock, sys::Deadline deadline = {}) const;

  // Sorted. A root that does not exist is empty if it is the default one, else an error.
  Result<std::vector<std::string>> ids() const;
  Result<std::vector<Listed>> list() const;

 private:
  Store(std::string root, bool is_default) : root_(std::move(root)), is_default_(is_default) {}

  std::string root_;
  bool is_default_ = false;
};

}  // namespace oci::state
