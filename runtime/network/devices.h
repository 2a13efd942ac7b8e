// Moves network devices into a container: config-linux.md#network-devices.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "runtime/network/rtnetlink.h"
#include "runtime/sys/unique_fd.h"
#include "runtime/wire/host_resources.h"
#include "spec/error.h"

namespace oci::network {

// The data to bring a device back after a crash. Stored in the state record.
struct Trace {
  std::string host_name;
  int host_index = 0;
  std::string transit_name;      // unique name during the move
  std::string name;              // in the container, may be a template
  bool returns_to_host = false;  // Link::returns_to_host
};

// The devices of a container that is being created: moved back with their old names, addresses and
// state, unless keep() is called.
class [[nodiscard]] Devices {
 public:
  // Called before anything is moved, with all devices. Its error stops move().
  using Remember = std::function<Status(std::vector<Trace>)>;

  // Moves each device into `netns`, keeps its permanent global addresses, renames it and sets it
  // up. Errors name the property. After an error, all devices are moved back.
  static Result<Devices> move(int netns, std::span<const wire::NetDevice> wanted,
                              const Remember& remember);

  Devices(Devices&& other) noexcept = default;
  Devices& operator=(Devices&&) = delete;
  ~Devices() { roll_back(); }

  void keep() { moved_.clear(); }

 private:
  struct Moved {
    std::string host_name;
    std::string transit_name;
    bool was_up = false;
    std::vector<Address> addresses;
    int index = 0;  // in the container. 0: not seen there yet
  };

  Devices(Rtnetlink host, Rtnetlink container, sys::UniqueFd host_netns)
      : host_(std::move(host)),
        container_(std::move(container)),
        host_netns_(std::move(host_netns)) {}

  Result<Link> check(const wire::NetDevice& device);
  Status move_one(int netns, const Link& link, const Trace& trace);
  Status settle(const Moved& moved, const std::string& name);
  void roll_back();

  Rtnetlink host_, container_;
  sys::UniqueFd host_netns_;
  std::vector<Moved> moved_;
};

// After a crash: moves the devices in `netns` back to the host under their old names. -1: the
// namespace is gone, and the kernel has returned its devices under some name.
Status return_to_host(int netns, std::span<const Trace> traces);

}  // namespace oci::network
