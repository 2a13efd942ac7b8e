// The class of service and the monitoring group of one container: config-linux.md#intelrdt.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

#include "runtime/sys/unique_fd.h"
#include "runtime/wire/host_resources.h"
#include "spec/error.h"

namespace oci::resctrl {

// A mounted resctrl. There mkdir fills a new directory with files, and rmdir removes them with it.
// Tests do both with plain directories.
struct Tree {
  sys::UniqueFd root;
  int (*make)(int parent, const char* name) = nullptr;    // mkdirat(2)
  int (*remove)(int parent, const char* name) = nullptr;  // unlinkat(2), AT_REMOVEDIR
};

// kUnsupported: none is mounted.
Result<Tree> open_tree();

// The directories to remove later, for the state record. Paths below the root. "": none.
struct Trace {
  std::string group;
  std::string monitor;
};

// Sets new schemata for a class of service, all or nothing. Returns the old ones.
Result<std::string> change(const Tree& tree, const std::string& group, const std::string& schemata);

// Removes both directories. A missing one is no error.
Status remove(const Tree& tree, const Trace& trace);

class [[nodiscard]] Group {
 public:
  // Called before anything is made, with the paths. Its error stops create().
  using Remember = std::function<Status(const Trace&)>;

  // Finds or makes the class of service for `wanted`, then compares or writes its schemata.
  static Result<Group> create(Tree tree, const wire::ResctrlGroup& wanted,
                              const Remember& remember);

  Group(Group&& other) noexcept;
  Group& operator=(Group&&) = delete;
  ~Group();  // removes what was made, unless keep() was called

  Status add(pid_t pid) const;

  // The directories for `delete`: a class named by closID never belongs to the container.
  Trace own() const { return {.group = is_own_ ? made_.group : "", .monitor = made_.monitor}; }

  void keep() { made_ = {}; }

 private:
  Group(Tree tree, std::string path, bool is_own)
      : tree_(std::move(tree)), path_(std::move(path)), is_own_(is_own) {}

  Status join(const std::string& schemata, const Remember& remember);
  Status monitor(const std::string& path, const Remember& remember);
  Error failed(int error, std::string_view property, std::string_view what) const;

  Tree tree_;
  std::string path_;  // below the root. ".": the root's own class
  bool is_own_;
  Trace made_;
};

}  // namespace oci::resctrl
