// The container's process: config.md#process and its Linux and POSIX parts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace oci::spec {

struct ConsoleSize {
  uint16_t height = 0;  // rows and columns; the kernel's struct winsize holds 16 bits
  uint16_t width = 0;
};

struct User {
  uint32_t uid = 0;
  uint32_t gid = 0;
  std::optional<uint32_t> umask;  // absent: inherit the caller's
  std::vector<uint32_t> additional_gids;
};

// Names as written ("CAP_CHOWN"). An unknown one is only a warning (config.md).
struct Capabilities {
  std::vector<std::string> bounding;
  std::vector<std::string> effective;
  std::vector<std::string> inheritable;
  std::vector<std::string> permitted;
  std::vector<std::string> ambient;
};

struct Rlimit {
  int resource = 0;  // RLIMIT_* of <sys/resource.h>
  uint64_t soft = 0;
  uint64_t hard = 0;
};

struct IoPriority {
  int io_class = 0;  // IOPRIO_CLASS_* of <linux/ioprio.h>
  int priority = 0;  // 0..7
};

struct Scheduler {
  uint32_t policy = 0;  // SCHED_* of <linux/sched.h>
  int32_t nice = 0;
  int32_t priority = 0;
  uint64_t flags = 0;  // SCHED_FLAG_*
  uint64_t runtime = 0;
  uint64_t deadline = 0;
  uint64_t period = 0;
};

struct ExecCpuAffinity {
  std::string initial;  // cpu lists: "0-3,7"
  std::string final_;   // `final` is a word of C++
};

struct Process {
  bool terminal = false;
  std::optional<ConsoleSize> console_size;
  User user;
  std::vector<std::string> args;
  std::vector<std::string> env;
  std::string cwd;
  std::optional<Capabilities> capabilities;  // absent: none at all, as in runc and crun
  std::vector<Rlimit> rlimits;
  bool no_new_privileges = false;
  std::optional<int> oom_score_adj;
  std::optional<std::string> apparmor_profile;
  std::optional<std::string> selinux_label;
  std::optional<IoPriority> io_priority;
  std::optional<Scheduler> scheduler;
  std::optional<ExecCpuAffinity> exec_cpu_affinity;
};

}  // namespace oci::spec
