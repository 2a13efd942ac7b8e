// What is remembered of a container between two runs of the runtime: record.json, see README.md.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "spec/error.h"
#include "spec/model/config.h"
#include "spec/model/hooks.h"
#include "spec/model/state.h"

namespace oci::state {

enum class Phase {
  kCreating,  // the intent: what is about to be made, by which process
  kCreated,   // `create` succeeded; what the container does since is the kernel's to tell
};

// A network device that is being moved into the container: network::Trace.
struct NetDevice {
  std::string host_name;
  int host_index = 0;
  std::string passing_name;
  std::string name;
  bool comes_home = false;
};

struct Record {
  int version = 1;
  Phase phase = Phase::kCreating;
  std::string id;
  std::string bundle;   // absolute
  std::string rootfs;   // absolute
  std::string created;  // RFC 3339, UTC
  uint32_t owner = 0;   // uid that created it

  std::string boot_id;
  // While kCreating: the runtime that is at it.
  pid_t runtime_pid = 0;
  uint64_t runtime_start_time = 0;
  // The container's init; 0 while there is none.
  pid_t pid = 0;
  uint64_t start_time = 0;  // clock ticks since boot, /proc/PID/stat

  std::string cgroup_driver;    // "cgroupfs", "systemd", "disabled"
  std::string cgroup_path;      // below the mount of the v2 tree; "" with "disabled"
  uint64_t cgroup_inode = 0;    // of its directory; 0: not known yet
  uint32_t cgroup_existed = 0;  // leading components of it that create did not make
  bool systemd_user = false;    // "systemd": the user's own
  std::string systemd_unit;     // "systemd": the scope

  // While kCreating: what a crash would leave on its way. Never moved back later.
  std::vector<NetDevice> net_devices;
  std::string netns_path;  // where they go, if that namespace is joined
  std::string rdt_group;   // below the root of resctrl, to be removed; "": none
  std::string rdt_monitor;

  spec::Annotations annotations;
  std::vector<spec::Hook> poststart;
  std::vector<spec::Hook> poststop;
  std::string listener_path;  // linux.seccomp.listenerPath if the filter has a listener
  std::string listener_metadata;
  bool check_before_update = false;  // linux.resources.memory.checkBeforeUpdate, for `update`
  bool chrooted = false;             // its root is not the root of its mount namespace
  uint64_t root_mount = 0;           // statx(2)'s id of its mount among those of others; 0: none
  std::string mount_namespace;       // the joined one that it is in; "": the runtime's
  bool no_new_keyring = false;       // --no-new-keyring; it holds for `exec` as well
  bool has_process = true;           // false: config.json sets none, and `start` is refused
};

std::string to_json(const Record& record);

// Tolerant: unknown members are ignored, missing ones and ones of the wrong type get the default.
// An error is text that is no JSON object or has no id, and a member of the wrong type that a
// container is found by.
Result<Record> parse_record(std::string text);

// "2026-01-02T03:04:05.123456789Z"; no time zone database is read.
std::string rfc3339(const timespec& time);
std::string rfc3339_now();

// Does the container's init run (a zombie does not)? Nothing is signalled.
bool init_alive(const Record& record);
// Is the `create` that wrote a kCreating record still at it?
bool creator_alive(const Record& record);

// creating, created, running or stopped, from the record, the process table and the start gate
// below `dir`. Opens the gate for writing without blocking and closes it again: init must hold it
// O_RDWR, or it would read an end of file.
spec::ContainerStatus status_of(const Record& record, int dir);

}  // namespace oci::state
