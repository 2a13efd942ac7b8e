// The requests and answers of `criu swrk`: criu(8), images/rpc.proto of CRIU.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "spec/error.h"

namespace oci::criu {

enum class Type : uint8_t {
  kEmpty = 0,  // an answer to a request that CRIU could not read
  kDump = 1,
  kRestore = 2,
  kPreDump = 4,
  kNotify = 6,
  kFeatureCheck = 9,
  kVersion = 10,
};

enum class CgroupMode : uint8_t { kIgnore = 0, kSoft = 3, kFull = 4, kStrict = 5, kDefault = 6 };
enum class NetworkLock : uint8_t { kIptables = 1, kNftables = 2, kSkip = 3 };

struct PageServer {
  std::string address;
  int32_t port = 0;
};

// A namespace that the restored processes join.
struct JoinedNamespace {
  std::string kind;  // "ipc", "uts", ...
  std::string path;
};

// The cgroup that takes the place of the saved one.
struct CgroupRoot {
  std::optional<std::string> hierarchy;  // "": cgroup2. Absent: every one
  std::string path;
};

// The options of a dump or a restore. What is absent or false is not sent.
struct Options {
  int32_t images_dir = -1;  // descriptors of this process
  std::optional<int32_t> work_dir;
  std::optional<int32_t> pid;
  std::optional<int32_t> log_level;
  std::optional<int32_t> status_fd;
  std::optional<CgroupMode> cgroup_mode;
  std::optional<NetworkLock> network_lock;
  std::optional<uint32_t> empty_namespaces;  // CLONE_NEW*
  std::string log_file, root, parent_images, freeze_cgroup, config_file, lsm_profile,
      lsm_mount_context;
  bool leave_running = false;
  bool ext_unix_sk = false;
  bool tcp_established = false;
  bool evasive_devices = false;
  bool shell_job = false;
  bool file_locks = false;
  bool notify_scripts = false;
  bool track_mem = false;
  bool auto_dedup = false;
  bool link_remap = false;
  bool rst_sibling = false;
  bool tcp_skip_in_flight = false;
  bool lazy_pages = false;
  bool orphan_pts_master = false;
  bool tcp_close = false;
  std::optional<PageServer> page_server;
  std::optional<CgroupRoot> cgroup_root;
  std::vector<std::pair<std::string, std::string>>
      external_mounts;  // place or name, name or source
  std::vector<std::string> external;
  std::vector<std::pair<std::string, int32_t>> inherited;  // name, descriptor of CRIU
  std::vector<JoinedNamespace> joined;
};

struct Features {
  bool mem_track = false;
  bool lazy_pages = false;
};

struct Request {
  Type type{};
  const Options* options = nullptr;
  bool notify_success = false;  // kNotify
  Features features;            // kFeatureCheck: those that are asked for
};

std::string encode(const Request& request);

struct Response {
  Type type{};
  bool success = false;
  int32_t error = 0;         // an errno, 0: none
  std::string message;       // the first line of CRIU's log that is an error
  int32_t restored_pid = 0;  // kRestore
  std::string script;        // kNotify: the name of the moment
  int32_t pid = 0;           // kNotify: of the root process, where the moment has one
  Features features;         // kFeatureCheck
  int32_t version = 0;       // kVersion: 40200 for 4.2
};

Result<Response> decode_response(std::string_view message);

// "4.2" or "3.17.1" for a number of Response::version.
std::string version_text(int32_t version);

}  // namespace oci::criu
