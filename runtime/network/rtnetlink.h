// Network links and their addresses by rtnetlink(7), in the network namespace of the socket.
#pragma once

#include <linux/if_addr.h>
#include <linux/netlink.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::network {

struct Link {
  int index = 0;
  uint32_t flags = 0;  // IFF_*
  std::string name;
  // A hardware device: when its namespace ends, the kernel moves it to the host's. Virtual devices
  // are destroyed with their namespace.
  bool returns_to_host = true;
};

struct Attribute {
  uint16_t type = 0;
  std::string value;
};

// One address of a link, in the form of the kernel's messages.
struct Address {
  ifaddrmsg head = {};
  std::vector<Attribute> attributes;  // IFA_*

  const std::string* find(uint16_t type) const;
};

class Rtnetlink {
 public:
  // In the network namespace of the caller, or in `netns`. The latter enters it briefly with
  // setns(2), so the caller must have no other thread.
  static Result<Rtnetlink> open();
  static Result<Rtnetlink> open_in(int netns);

  // Absent: there is no such link.
  Result<std::optional<Link>> find(const std::string& name);
  Result<std::optional<Link>> find(int index);

  // Moves the link to another namespace under another name. There it is down and has no addresses.
  Status move(int index, int netns, const std::string& name);
  Status rename(int index,
                const std::string& name);  // it must be down. "eth%d": the kernel picks a number
  Status set_up(int index, bool up);

  // The addresses of all families, in the kernel's order.
  Result<std::vector<Address>> addresses(int index);
  Status add_address(int index, const Address& address);  // an existing address is success

 private:
  explicit Rtnetlink(sys::UniqueFd socket) : socket_(std::move(socket)) {}

  struct Answer {
    uint16_t type = 0;
    std::string payload;
  };
  // Sends one request and returns all answers. An error has the kernel's errno and message.
  Result<std::vector<Answer>> ask(uint16_t type, uint16_t flags, const std::string& payload);
  Result<std::optional<Link>> find(const std::string& payload, int error_of_absence);

  sys::UniqueFd socket_;
  uint32_t sequence_ = 0;
};

}  // namespace oci::network
