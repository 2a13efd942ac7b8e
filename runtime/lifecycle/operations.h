// What can be done to a container: one function a verb. The command line is their only caller.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "spec/error.h"
#include "spec/model/state.h"

namespace oci::lifecycle {

enum class CgroupManager { kCgroupfs, kDisabled };

struct Context {
  std::string root;         // absolute: one directory a container below it
  bool root_given = false;  // by --root: then it must exist to be listed
  CgroupManager cgroup_manager = CgroupManager::kCgroupfs;
};

struct CreateOptions {
  std::string id;
  std::string bundle;          // a directory, as given; relative to the caller's
  std::string config;          // empty: config.json in the bundle
  std::string console_socket;  // empty: none
  std::string pid_file;        // empty: none
  std::string pidfd_socket;    // empty: none
  bool no_pivot = false;
  bool no_new_keyring = false;
  uint32_t preserve_fds = 0;  // 3 .. 3+N-1 are the container's
};

// Leaves a container that waits for start().
Status create(const Context& context, const CreateOptions& options);

struct RunOptions {
  CreateOptions create;
  bool detach = false;
  bool keep = false;  // the container stays for `delete` after its init ended
  bool no_subreaper = false;
};

// Creates and starts; in the foreground, waits and deletes. The value is the exit code: init's own,
// 128 + N after signal N; 0 for a detached one.
Result<int> run(const Context& context, const RunOptions& options);

Status start(const Context& context, const std::string& id);

// kNotFound: no container has this id.
Result<spec::State> state(const Context& context, const std::string& id);

struct Listed {
  std::string id;
  spec::State state;
  std::string problem;  // not empty: its record cannot be read, and `state` holds nothing
};

// Sorted by id.
Result<std::vector<Listed>> list(const Context& context);

struct KillOptions {
  std::string id;
  int signal = 0;
  bool all = false;  // every process of the container
};

Status kill(const Context& context, const KillOptions& options);

struct DeleteOptions {
  std::string id;
  bool force = false;  // kills first; an unknown id is no error
};

Status delete_container(const Context& context, const DeleteOptions& options);

// What create() would do, as JSON; nothing is touched.
Result<std::string> explain_plan(const Context& context, const CreateOptions& options);

}  // namespace oci::lifecycle
