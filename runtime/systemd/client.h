// The part of the driver inside oci-rt: starts oci-rt-systemd, sends it a request, and kills it.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "runtime/sys/spawn.h"
#include "runtime/sys/unique_fd.h"
#include "runtime/systemd/message.h"
#include "spec/error.h"

namespace oci::systemd {

// The timeout for one unit. systemd's own limit for a job is 90 s, longer than any engine waits.
inline constexpr std::chrono::seconds kPatience{20};

// A running oci-rt-systemd. It inherits no descriptors of the caller, and dies with oci-rt.
class [[nodiscard]] Helper {
 public:
  // kUnsupported: it is not installed.
  static Result<Helper> start();

  Helper(Helper&&) noexcept = default;
  Helper& operator=(Helper&&) = delete;
  // Kills it and waits, so that it is in no cgroup any more.
  ~Helper();

  // Sends the only request. Returns the text of the answer, or its error. kBusy: request.patience
  // has passed.
  Result<std::string> ask(const Request& request);

 private:
  Helper(sys::Process process, sys::UniqueFd socket)
      : process_(std::move(process)), socket_(std::move(socket)) {}
  Error end_of(const Request& request);

  sys::Process process_;
  sys::UniqueFd socket_;
};

// Whether oci-rt-systemd is installed where this program searches for it.
bool is_installed();

// kSystem for root on the host, otherwise kUser.
Bus bus_of_caller();

// A scope, and the helper process that keeps it alive until another process is in it.
struct Scope {
  Helper holder;
  std::string path;  // its cgroup, in the form of /proc/self/cgroup
};

// Makes a scope with the default properties and `properties`. systemd removes the scope as soon as
// it is empty.
Result<Scope> start_scope(Bus bus, const Unit& unit, const std::string& id,
                          const std::vector<Property>& properties);

// Puts this process into a scope of its own. An unprivileged caller can clone into a cgroup of its
// systemd only from such a scope.
Status move_caller_to_scope(Bus bus);

Status set_properties(Bus bus, const std::string& unit, const std::vector<Property>& properties);
Status stop_unit(Bus bus, const std::string& unit, std::chrono::milliseconds patience);
Status await_gone(Bus bus, const std::string& unit, std::chrono::milliseconds patience);

}  // namespace oci::systemd
