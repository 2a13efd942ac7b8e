// The persistent record of a container: record.json, see README.md.
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
  kCreating,  // the intent: the parts that are about to be made, and by which process
  kCreated,   // `create` succeeded. The current status comes from the kernel
};

// A network device on its way into the container: network::Trace.
struct NetDevice {
  std::string host_name;
  int host_index = 0;
  std::string transit_name;
  std::string name;
  bool returns_to_host = false;
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
  // While kCreating: the runtime that creates the container.
  pid_t runtime_pid = 0;
  uint64_t runtime_start_time = 0;
  // The container's init. 0 before it exists.
  pid_t pid = 0;
  uint64_t start_time = 0;  // clock ticks since boot, /proc/PID/stat

  std::string cgroup_driver;    // "cgroupfs", "systemd", "disabled"
  std::string cgroup_path;      // below the mount of the v2 tree. "" with "disabled"
  uint64_t cgroup_inode = 0;    // of its directory. 0: not known yet
  uint32_t cgroup_existed = 0;  // leading components that create did not make
  bool systemd_user = false;    // driver "systemd": the user's systemd
  std::string systemd_unit;     // driver "systemd": the scope

  // While kCreating: devices that a crash could leave on their way. Not moved back once created.
  std::vector<NetDevice> net_devices;
  std::string netns_path;  // their target, if that namespace is joined
  std::string rdt_group;   // directory to remove, below the root of resctrl. "": none
  std::string rdt_monitor;

  spec::Annotations annotations;
  std::vector<spec::Hook> poststart;
  std::vector<spec::Hook> poststop;
  std::string listener_path;  // linux.seccomp.listenerPath if the filter has a listener
  std::string listener_metadata;
  bool check_before_update = false;  // linux.resources.memory.checkBeforeUpdate, for `update`
  bool chrooted = false;             // its root is not the root of its mount namespace
  uint64_t root_mount = 0;  // statx(2) id of its root mount in a shared mount namespace. 0: none
  std::string mount_namespace;  // the joined namespace of that mount. "": the runtime's own
  bool no_new_keyring = false;  // --no-new-keyring, also for `exec`
  bool has_process = true;      // false: config.json has none, and `start` is refused
};

std::string to_json(const Record& record);

// Tolerant: ignores unknown members, and uses the default for members that are missing or of the
// wrong type. Error: the text is no JSON object or has no id, or a member that locates the
// container has the wrong type.
Result<Record> parse_record(std::string text);

// "2026-01-02T03:04:05.123456789Z". Reads no time zone database.
std::string rfc3339(const timespec& time);
std::string rfc3339_now();

// Whether init lives. A zombie does not. Sends no signal.
bool init_alive(const Record& record);
// Whether the `create` that wrote a kCreating record still runs.
bool creator_alive(const Record& record);

// The status creating, created, running or stopped, from the record, the process table and the gate
// below `dir`. Opens the gate for writing without blocking and closes it again. So init must hold
// it O_RDWR: otherwise it would read an end of file.
spec::ContainerStatus status_of(const Record& record, int dir);

}  // namespace oci::state
