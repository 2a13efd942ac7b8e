// Reads process and boot information from /proc: proc_pid_stat(5), random(4).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "spec/error.h"

namespace oci::sys {

struct ProcessStat {
  char state = '?';         // 'R', 'S', 'D', 'Z', ...
  uint64_t start_time = 0;  // clock ticks since boot. With the pid it identifies a process
};

// The text of a /proc/PID/stat. The name in it may contain blanks and parentheses.
Result<ProcessStat> parse_process_stat(std::string_view text);

// kNotFound: there is no such process, or it was reaped during the read.
Result<ProcessStat> read_process_stat(pid_t pid);

// The kernel function that a process sleeps in, or "" if unknown. For messages.
std::string wait_channel(pid_t pid);

// Changes at every reboot. 36 characters.
Result<std::string> boot_id();

}  // namespace oci::sys
