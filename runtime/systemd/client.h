// The half of the driver that is in oci-rt: runs oci-rt-systemd, asks it, and ends it.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "runtime/sys/spawn.h"
#include "runtime/sys/unique_fd.h"
#include "runtime/systemd/message.h"
#include "spec/error.h"

namespace oci::systemd {

// How long systemd may take for one unit. Its own limit for a job is 90 s, which no engine waits.
inline constexpr std::chrono::seconds kPatience{20};

// oci-rt-systemd while it runs. It has nothing of the caller's open, and dies with us.
class [[nodiscard]] Helper {
 public:
  // kUnsupported: it is not installed.
  static Result<Helper> start();

  Helper(Helper&&) noexcept = default;
  Helper& operator=(Helper&&) = delete;
  // Kills it and waits for that: nothing of it is left in a cgroup then.
  ~Helper();

  // Once. The answer's text, or its error; kBusy after request.patience.
  Result<std::string> ask(const Request& request);

 private:
  Helper(sys::Process process, sys::UniqueFd socket)
      : process_(std::move(process)), socket_(std::move(socket)) {}
  Error end_of(const Request& request);

  sys::Process process_;
  sys::UniqueFd socket_;
};

// Whether oci-rt-systemd is where this program looks for it.
bool is_installed();

// The one whose units we make: the user's own, unless we are root on the host.
Bus bus_of_caller();

// A scope, and the process that holds it until another one is in it.
struct Scope {
  Helper holder;
  std::string path;  // its cgroup, as /proc/self/cgroup has it
};

// `properties` after those that every scope of ours has. Afterwards systemd removes the scope as
// soon as nothing is in it.
Result<Scope> start_scope(Bus bus, const Unit& unit, const std::string& id,
                          const std::vector<Property>& properties);

// Puts this process into a scope of its own. Who is not root can make a process in a cgroup of
// their systemd's only from another one of these.
Status enclose_caller(Bus bus);

Status set_properties(Bus bus, const std::string& unit, const std::vector<Property>& properties);
Status stop_unit(Bus bus, const std::string& unit, std::chrono::milliseconds patience);
Status await_gone(Bus bus, const std::string& unit, std::chrono::milliseconds patience);

}  // namespace oci::systemd
