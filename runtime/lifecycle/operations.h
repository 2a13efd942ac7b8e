// What can be done to a container: one function a verb. The command line is their only caller.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spec/error.h"
#include "spec/model/resources.h"
#include "spec/model/state.h"

namespace oci::lifecycle {

enum class CgroupManager { kCgroupfs, kSystemd, kDisabled };

// How much of a new container is read back from the kernel before it counts as created.
enum class Verify { kFast, kFull, kOff };

struct Context {
  std::string root;         // absolute: one directory a container below it
  bool root_given = false;  // by --root: then it must exist to be listed
  CgroupManager cgroup_manager = CgroupManager::kCgroupfs;
  // Without privileges over the host: a cgroup is made where the caller may, and is done without
  // where nothing in the config asks for one.
  bool rootless = false;
  Verify verify = Verify::kFast;
};

// What whoever calls wants of a process that is started. Empty: nothing.
struct CallerOptions {
  std::string console_socket;
  std::string pid_file;
  std::string pidfd_socket;
};

struct CreateOptions : CallerOptions {
  std::string id;
  std::string bundle;  // a directory, as given; relative to the caller's; empty: that itself
  std::string config;  // empty: config.json in the bundle
  bool no_pivot = false;
  bool no_new_keyring = false;
  uint32_t preserve_fds = 0;  // 3 .. 3+N-1 are the container's
};

// Whether kSystemd can work here: its program is installed.
bool has_systemd_driver();

// Leaves a container that waits for start().
Status create(const Context& context, const CreateOptions& options);

struct RunOptions {
  CreateOptions create;
  bool detach = false;
  bool keep = false;  // the container stays for `delete` after its init ended
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

struct ExecOptions : CallerOptions {
  std::string id;
  std::string process_file;  // a process object as JSON; empty: config.process, changed by the rest
  std::vector<std::string> args;
  std::vector<std::string> env;  // added to the container's
  std::string cwd;               // empty: the container's
  std::optional<uint32_t> uid, gid;
  std::vector<uint32_t> additional_gids;
  std::vector<std::string> capabilities;  // added to those of the container
  bool terminal = false;
  bool no_new_privileges = false;  // true: even if the container's process may gain some
  std::string apparmor_profile, selinux_label;  // empty: the container's
  std::string cgroup;                           // below the container's; empty: the container's
  bool detach = false;
  bool ignore_paused = false;
  uint32_t preserve_fds = 0;
};

// One more process in a running container. In the foreground, waits for it; the value is its exit
// code, 0 for a detached one. An error of kind kProgram: it could not be executed.
Result<int> exec(const Context& context, const ExecOptions& options);

// Every process stands still, or goes on.
Status pause(const Context& context, const std::string& id);
Status resume(const Context& context, const std::string& id);

// The pids of every process of a container that has not stopped, ascending.
Result<std::vector<pid_t>> processes(const Context& context, const std::string& id);

struct UpdateOptions {
  std::string id;
  std::string resources_file;  // JSON, "-" for standard input; empty: `resources` below
  spec::Resources resources;   // what is not given stays as it is; devices are never changed
  std::string l3_cache_schema, mem_bw_schema;  // of the class of service; empty: as they are
};

// kWrongState: the container has stopped. After an error, the limits are what they were.
Status update(const Context& context, const UpdateOptions& options);

struct MountsOptions {
  std::string id;
  std::string file;  // JSON, an array like config.mounts; "-" for standard input
};

// Mounts in a container that has not stopped, besides those that it has: made as create() makes
// them, in the order of the file. After an error or a signal there is none of them.
Status add_mounts(const Context& context, const MountsOptions& options);

// Takes away the mounts at the destinations in the file, and all mounts below. After an error
// everything is as it was.
Status remove_mounts(const Context& context, const MountsOptions& options);

struct EventsOptions {
  std::string id;
  bool once = false;                    // one report, now
  std::chrono::nanoseconds interval{};  // between reports
  std::function<Status(std::string_view line)> say;
  int output = -1;  // where the lines go in the end: its reader's leaving ends it; -1: unknown
};

// Reports what a container uses, and that the kernel killed in it for memory, until it is gone.
// kWrongState: it is gone already.
Status events(const Context& context, const EventsOptions& options);

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

// What a killed oci-rt, or a state root that was emptied, has left.
struct Garbage {
  std::string kind;         // "container", "cgroup" or "scope"
  std::string name;         // the id, or the cgroup's path
  std::string reason;       // why it is nobody's
  std::vector<pid_t> pids;  // that live in it
  std::string problem;      // not empty: it was to be removed, and cannot be
};

// Of this state root and this caller alone, sorted. `remove`: kills and removes it all. A state
// root that cannot be read is an error, since then every container would seem to be gone.
Result<std::vector<Garbage>> collect_garbage(const Context& context, bool remove);

// Both check what they are asked as the verbs of runc do, and then fail with kUnsupported.
Status checkpoint(const Context& context, const std::string& id);
Status restore(const Context& context, const CreateOptions& options);

// The actions of create(), as JSON; nothing is touched. A thing that create() would miss on the
// host is an error.
Result<std::string> explain_plan(const Context& context, const CreateOptions& options);

}  // namespace oci::lifecycle
