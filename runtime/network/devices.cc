#include "runtime/network/devices.h"

#include <fcntl.h>
#include <linux/if.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "runtime/sys/deadline.h"
#include "runtime/sys/file.h"

namespace oci::network {
namespace {

std::string property(std::string_view host_name) {
  return cat("linux.netDevices.", host_name);
}

bool is_template(std::string_view name) {
  return name.ends_with("%d");
}

Error refused(const std::string& host_name, std::string_view why) {
  return Error(ErrorKind::kInvalidConfig, Property{property(host_name)}, std::string(why));
}

// config-linux.md#network-devices: keep permanent addresses of global scope.
bool is_kept(const Address& address) {
  uint32_t flags = address.head.ifa_flags;
  if (const std::string* wide = address.find(IFA_FLAGS); wide && wide->size() == sizeof flags) {
    std::memcpy(&flags, wide->data(), sizeof flags);
  }
  return address.head.ifa_scope == RT_SCOPE_UNIVERSE && (flags & IFA_F_PERMANENT) != 0;
}

// The attributes of an RTM_GETADDR answer that RTM_NEWADDR accepts. Flags about the past (a
// duplicate was detected) are left out: the kernel checks again.
Address restorable(const Address& address) {
  constexpr uint16_t kTypes[] = {IFA_ADDRESS, IFA_LOCAL,       IFA_BROADCAST, IFA_LABEL,
                                 IFA_FLAGS,   IFA_RT_PRIORITY, IFA_CACHEINFO};
  constexpr uint32_t kPast = IFA_F_TENTATIVE | IFA_F_DADFAILED | IFA_F_DEPRECATED;
  Address out{.head = address.head};
  out.head.ifa_flags = static_cast<uint8_t>(out.head.ifa_flags & ~kPast);
  for (const Attribute& attribute : address.attributes) {
    if (std::ranges::find(kTypes, attribute.type) == std::end(kTypes)) continue;
    out.attributes.push_back(attribute);
    if (attribute.type != IFA_FLAGS || attribute.value.size() != sizeof(uint32_t)) continue;
    uint32_t flags = 0;
    std::memcpy(&flags, attribute.value.data(), sizeof flags);
    flags &= ~kPast;
    std::memcpy(out.attributes.back().value.data(), &flags, sizeof flags);
  }
  return out;
}

// An IPv4 label begins with the name of its device (rtnetlink(7)): "eth0" or "eth0:1".
Address relabelled(Address address, std::string_view before, std::string_view now) {
  for (Attribute& attribute : address.attributes) {
    if (attribute.type != IFA_LABEL) continue;
    const std::string_view label = attribute.value.c_str();
    if (!label.starts_with(before)) continue;
    std::string renamed = cat(now, label.substr(before.size()));
    renamed.resize(std::min<size_t>(renamed.size(), IFNAMSIZ - 1));
    renamed.push_back('\0');
    attribute.value = std::move(renamed);
  }
  return address;
}

}  // namespace

Result<Link> Devices::check(const wire::NetDevice& device) {
  const std::optional<Link> link =
      OCI_TRY(host_.find(device.host_name).at({property(device.host_name)}));
  if (!link) return refused(device.host_name, "the host has no such network device");
  if ((link->flags & IFF_LOOPBACK) != 0) {
    return refused(device.host_name, "a loopback device cannot be moved");
  }
  if (is_template(device.name)) return *link;
  if (OCI_TRY(container_.find(device.name).at({property(device.host_name)}))) {
    return refused(device.host_name,
                   cat("the container's network namespace has a device '", device.name,
                       "' already; choose another name, or a template like eth%d"));
  }
  return *link;
}

Status Devices::move_one(int netns, const Link& link, const Trace& trace) {
  Moved moving{.host_name = link.name,
               .transit_name = trace.transit_name,
               .was_up = (link.flags & IFF_UP) != 0};
  for (const Address& address : OCI_TRY(host_.addresses(link.index))) {
    if (is_kept(address)) moving.addresses.push_back(restorable(address));
  }
  moved_.push_back(std::move(moving));  // first, in case the answer is lost
  Moved& moved = moved_.back();
  OCI_TRY(host_.move(link.index, netns, trace.transit_name));
  const std::optional<Link> arrived = OCI_TRY(container_.find(trace.transit_name));
  if (!arrived) return Error(ErrorKind::kSystem, "it did not arrive");
  moved.index = arrived->index;
  return settle(moved, trace.name);
}

Status Devices::settle(const Moved& moved, const std::string& name) {
  const Status renamed = container_.rename(moved.index, name);
  if (!renamed && renamed.error().sys_errno() == EEXIST) {
    return Error(ErrorKind::kInvalidConfig, cat("the name '", name, "' is taken"));
  }
  OCI_TRY(renamed);
  const std::optional<Link> now = OCI_TRY(container_.find(moved.index));
  for (const Address& address : moved.addresses) {
    OCI_TRY(
        container_
            .add_address(moved.index, relabelled(address, moved.host_name, now ? now->name : name))
            .during("keep its address"));
  }
  return container_.set_up(moved.index, true).during("set it up");
}

Result<Devices> Devices::move(int netns, std::span<const wire::NetDevice> wanted,
                              const Remember& remember) {
  Devices devices(OCI_TRY(Rtnetlink::open()), OCI_TRY(Rtnetlink::open_in(netns)),
                  OCI_TRY(sys::open_at(AT_FDCWD, "/proc/self/ns/net", O_RDONLY)));
  std::vector<Link> links;
  std::vector<Trace> traces;
  for (const wire::NetDevice& device : wanted) {
    links.push_back(OCI_TRY(devices.check(device)));
    traces.push_back({.host_name = device.host_name,
                      .host_index = links.back().index,
                      .transit_name = cat("oci", ::getpid(), "-", traces.size()),
                      .name = device.name,
                      .returns_to_host = links.back().returns_to_host});
  }
  OCI_TRY(remember(traces));
  for (size_t i = 0; i < links.size(); ++i) {
    OCI_TRY(devices.move_one(netns, links[i], traces[i]).at({property(traces[i].host_name)}));
  }
  return devices;
}

// Ignores errors: the caller reports the one that led here.
void Devices::roll_back() {
  while (!moved_.empty()) {
    Moved moved = std::move(moved_.back());
    moved_.pop_back();
    if (moved.index == 0) {
      const auto arrived = container_.find(moved.transit_name);
      if (!arrived || !arrived.value()) continue;
      moved.index = arrived.value()->index;
    }
    if (!container_.move(moved.index, host_netns_.get(), moved.host_name)) continue;
    const auto link = host_.find(moved.host_name);
    if (!link || !link.value()) continue;
    for (const Address& address : moved.addresses)
      (void)host_.add_address(link.value()->index, address);
    if (moved.was_up) (void)host_.set_up(link.value()->index, true);
  }
}

// Readable after each change of a device: rtnetlink(7).
Result<sys::UniqueFd> watch_links() {
  sys::UniqueFd socket(
      ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
  if (!socket) return Error::system(errno, "watch network devices");
  sockaddr_nl address = {};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_LINK;
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return Error::system(errno, "watch network devices");
  }
  return socket;
}

// The kernel destroys a namespace asynchronously.
Result<std::optional<Link>> await_return(Rtnetlink& host, const Trace& trace) {
  constexpr std::chrono::seconds kPatience{5};
  const sys::Deadline deadline = sys::deadline_in(kPatience);
  const sys::UniqueFd changes = OCI_TRY(watch_links());
  for (;;) {
    if (auto link = OCI_TRY(host.find(trace.host_index))) return link;
    if (auto link = OCI_TRY(host.find(trace.transit_name))) return link;
    if (!trace.returns_to_host) return std::optional<Link>();
    pollfd changed = {.fd = changes.get(), .events = POLLIN, .revents = 0};
    if (::poll(&changed, 1, sys::poll_timeout(deadline)) == 0) return std::optional<Link>();
    char message[8192];
    while (::recv(changes.get(), message, sizeof message, 0) > 0) {
    }
  }
}

Status return_to_host(int netns, std::span<const Trace> traces) {
  if (traces.empty()) return {};
  Rtnetlink host = OCI_TRY(Rtnetlink::open());
  std::optional<Rtnetlink> container;
  if (netns >= 0) container.emplace(OCI_TRY(Rtnetlink::open_in(netns)));
  const sys::UniqueFd here = OCI_TRY(sys::open_at(AT_FDCWD, "/proc/self/ns/net", O_RDONLY));
  for (const Trace& trace : traces) {
    if (OCI_TRY(host.find(trace.host_name))) continue;  // it is here, or was never moved
    if (container) {
      std::optional<Link> link = OCI_TRY(container->find(trace.transit_name));
      if (!link && !is_template(trace.name)) link = OCI_TRY(container->find(trace.name));
      if (link) OCI_TRY(container->move(link->index, here.get(), trace.host_name));
      continue;
    }
    const std::optional<Link> link = OCI_TRY(await_return(host, trace));
    if (!link && trace.returns_to_host) {
      return Error(ErrorKind::kBusy, Property{property(trace.host_name)},
                   "it has not come back to the host yet");
    }
    if (!link) continue;  // gone with the namespace
    // The kernel keeps its name, or uses devN if the name is taken.
    if (link->name != trace.transit_name && link->name != trace.name &&
        !link->name.starts_with("dev")) {
      continue;
    }
    OCI_TRY(host.set_up(link->index, false));
    OCI_TRY(host.rename(link->index, trace.host_name));
  }
  return {};
}

}  // namespace oci::network
