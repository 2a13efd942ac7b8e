// The verbs `checkpoint` and `restore`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "runtime/criu/rpc.h"
#include "runtime/lifecycle/operations.h"
#include "spec/error.h"

namespace oci::criu {

// The options that mean the same to both verbs.
struct ImageOptions {
  std::string image_path;  // empty: "checkpoint" in the current directory
  std::string work_path;   // empty: that of the images
  bool tcp_established = false;
  bool tcp_close = false;
  bool tcp_skip_in_flight = false;
  bool ext_unix_sk = false;
  bool shell_job = false;
  bool file_locks = false;
  bool link_remap = false;
  bool auto_dedup = false;
  bool lazy_pages = false;
  bool empty_network = false;
  std::optional<CgroupMode> cgroup_mode;
  std::optional<NetworkLock> network_lock;
};

struct CheckpointOptions : ImageOptions {
  std::string id;
  std::string parent_path;  // relative to the images
  std::optional<PageServer> page_server;
  std::optional<int> status_fd;
  bool leave_running = false;
  bool pre_dump = false;
};

struct RestoreOptions : ImageOptions {
  lifecycle::CreateOptions create;
  std::string lsm_profile, lsm_mount_context;
  bool detach = false;
};

// Fails with the reason if no checkpoint can be had on this host: CRIU is missing, too old or does
// not run on this kernel, or the caller may not use it.
Status check_usable();

// Writes the images of a container. Then deletes it, unless it is to run on. After an error the
// container runs as before.
Status checkpoint(const lifecycle::Context& context, const CheckpointOptions& options);

// Makes a container from images. In the foreground, also waits and deletes. Returns the exit code
// of init, 0 if detached. After an error nothing is left.
Result<int> restore(const lifecycle::Context& context, const RestoreOptions& options);

}  // namespace oci::criu
