// The operations on containers: one function a verb, called by the command line only.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/plan/cgroup_manager.h"
#include "spec/error.h"
#include "spec/model/resources.h"
#include "spec/model/state.h"

namespace oci::lifecycle {

using plan::CgroupManager;

// How much is read back from the kernel before a program of a container may run.
enum class Verify { kFast, kFull, kOff };

struct Context {
  std::string root;         // absolute, with one directory for each container
  bool root_given = false;  // by --root: then `list` fails if it does not exist
  CgroupManager cgroup_manager = CgroupManager::kCgroupfs;
  // Without root privileges: the cgroup is made where the caller may write. Without such a place
  // there is no cgroup, if the config asks for none.
  bool rootless = false;
  Verify verify = Verify::kFast;
};

// Requests of the caller of a verb that starts a process. Empty: not requested.
struct CallerOptions {
  std::string console_socket;
  std::string pid_file;
  std::string pidfd_socket;
};

struct CreateOptions : CallerOptions {
  std::string id;
  std::string bundle;  // a directory, relative to the caller's. Empty: the current one
  std::string config;  // empty: config.json in the bundle
  bool no_pivot = false;
  bool no_new_keyring = false;
  uint32_t preserve_fds = 0;  // the container gets 3 .. 3+N-1
};

// Whether kSystemd is available: oci-rt-systemd is installed.
bool has_systemd_driver();

// The program of the verbs `checkpoint` and `restore`.
inline constexpr char kCriuProgram[] = "oci-rt-criu";

// Whether `checkpoint` and `restore` work: oci-rt-criu is installed, and finds a CRIU that runs
// here.
bool can_checkpoint();

// Creates a container that waits for start().
Status create(const Context& context, const CreateOptions& options);

struct RunOptions {
  CreateOptions create;
  bool detach = false;
  bool keep = false;  // do not delete the container after its init has exited
};

// Creates and starts. In the foreground, also waits and deletes. Returns the exit code of init: 128
// + N after signal N, 0 if detached.
Result<int> run(const Context& context, const RunOptions& options);

Status start(const Context& context, const std::string& id);

// kNotFound: no container has this id.
Result<spec::State> state(const Context& context, const std::string& id);

struct Listed {
  std::string id;
  spec::State state;
  std::string problem;  // not empty: the record cannot be read, and `state` is empty
};

// Sorted by id.
Result<std::vector<Listed>> list(const Context& context);

struct ExecOptions : CallerOptions {
  std::string id;
  std::string
      process_file;  // a process object as JSON. Empty: config.process with the options below
  std::vector<std::string> args;
  std::vector<std::string> env;  // added to those of the container
  std::string cwd;               // empty: the container's
  std::optional<uint32_t> uid, gid;
  std::vector<uint32_t> additional_gids;
  std::vector<std::string> capabilities;  // added to those of the container
  bool terminal = false;
  bool no_new_privileges = false;  // true: even if the container's own process may gain privileges
  std::string apparmor_profile, selinux_label;  // empty: the container's
  std::string cgroup;  // below the container's cgroup. Empty: the container's cgroup
  bool detach = false;
  bool ignore_paused = false;
  uint32_t preserve_fds = 0;
};

// Starts another process in a running container. In the foreground, waits for it. Returns its exit
// code, 0 if detached. kProgram: the program could not be executed.
Result<int> exec(const Context& context, const ExecOptions& options);

// Freeze and thaw all processes of a container.
Status pause(const Context& context, const std::string& id);
Status resume(const Context& context, const std::string& id);

// The pids of all processes of a container, ascending. kWrongState: it is still being created.
Result<std::vector<pid_t>> processes(const Context& context, const std::string& id);

struct UpdateOptions {
  std::string id;
  std::string resources_file;  // JSON, "-" for standard input. Empty: use `resources`
  spec::Resources resources;   // absent fields stay unchanged, devices are never changed
  std::string l3_cache_schema, mem_bw_schema;  // of the class of service. Empty: unchanged
};

// kWrongState: the container has stopped. After an error, the old limits are restored.
Status update(const Context& context, const UpdateOptions& options);

struct MountsOptions {
  std::string id;
  std::string file;  // JSON, an array like config.mounts; "-" for standard input
};

// Adds mounts to a container that has not stopped, as create() makes them, in the order of the
// file. After an error or a signal, none of them is left.
Status add_mounts(const Context& context, const MountsOptions& options);

// Removes the mounts at the destinations in the file, with all mounts below them. After an error,
// all mounts are as before.
Status remove_mounts(const Context& context, const MountsOptions& options);

struct EventsOptions {
  std::string id;
  bool once = false;                    // one report, now
  std::chrono::nanoseconds interval{};  // between reports
  std::function<Status(std::string_view line)> say;
  int output = -1;  // the descriptor that finally gets the lines: events ends when its reader
                    // closes. -1: unknown
};

// Reports resource usage and OOM kills until the container has ended. kWrongState: it has ended
// already.
Status events(const Context& context, const EventsOptions& options);

struct KillOptions {
  std::string id;
  int signal = 0;
  bool all = false;  // all processes of the container
};

Status kill(const Context& context, const KillOptions& options);

struct DeleteOptions {
  std::string id;
  bool force = false;  // kill first, and accept an unknown id
};

Status delete_container(const Context& context, const DeleteOptions& options);

// A leftover of a killed oci-rt, or of an emptied state root.
struct Garbage {
  std::string kind;         // "container", "cgroup" or "scope"
  std::string name;         // the id, or the cgroup's path
  std::string reason;       // why it is orphaned
  std::vector<pid_t> pids;  // live processes in it
  std::string problem;      // not empty: the removal failed
};

// Finds the garbage of this state root and this caller, sorted. `remove`: also kills and removes
// it. Fails if the state root cannot be read, since then every container would look gone.
Result<std::vector<Garbage>> collect_garbage(const Context& context, bool remove);

// Both check their arguments as runc does, then fail with kUnsupported.
Status checkpoint(const Context& context, const std::string& id);
Status restore(const Context& context, const CreateOptions& options);

}  // namespace oci::lifecycle
