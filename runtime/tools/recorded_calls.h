// The system calls of a container, and the seccomp profile that allows no others.
#pragma once

#include <linux/seccomp.h>
#include <sys/types.h>

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "runtime/seccomp/abi.h"

namespace oci::tools {

// The calls that oci-rt makes behind a filter without a listener (runtime/init/README.md), although
// the program may never make them.
struct InitCalls {
  bool sets_capabilities = false;  // without noNewPrivileges, and for startContainer hooks
};

class RecordedCalls {
 public:
  void note(const seccomp_data& call);

  // An object like linux.seccomp, on several lines.
  std::string profile(const InitCalls& init) const;

  // Calls that the table of names does not have, each as "number 999 of x86_64".
  const std::set<std::string>& unnamed() const { return unnamed_; }

 private:
  std::set<std::string, std::less<>> names_;
  std::set<std::string> unnamed_;
  std::set<const seccomp::Abi*> abis_;
};

// The processes behind one listener: tells the calls of a program from those that oci-rt makes
// before it, which a filter without a listener does not see.
class ProgramCalls {
 public:
  // To be asked about each call, in order. `pid`: its thread, as the listener tells it.
  bool has(pid_t pid, const seccomp_data& call);

 private:
  std::optional<pid_t> init_;  // makes the first call
  bool hook_runs_ = false, program_runs_ = false;
};

}  // namespace oci::tools
