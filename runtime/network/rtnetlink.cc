#include "runtime/network/rtnetlink.h"

#include <fcntl.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "runtime/sys/file.h"

namespace oci::network {
namespace {

template <class T>
std::string bytes_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

void pad(std::string& text) {
  text.resize((text.size() + 3) & ~size_t{3});
}

void append_attribute(std::string& out, uint16_t type, std::string_view value) {
  const rtattr head = {.rta_len = static_cast<uint16_t>(sizeof(rtattr) + value.size()),
                       .rta_type = type};
  out += bytes_of(head);
  out += value;
  pad(out);
}

// Names are NUL-terminated in messages.
void append_name(std::string& out, uint16_t type, const std::string& name) {
  append_attribute(out, type, std::string_view(name.c_str(), name.size() + 1));
}

std::string link_request(int index, uint32_t flags = 0, uint32_t change = 0) {
  ifinfomsg head = {};
  head.ifi_family = AF_UNSPEC;
  head.ifi_index = index;
  head.ifi_flags = flags;
  head.ifi_change = change;
  return bytes_of(head);
}

template <class Head>
bool take_head(std::string_view& payload, Head& head) {
  if (payload.size() < sizeof head) return false;
  std::memcpy(&head, payload.data(), sizeof head);
  payload.remove_prefix((sizeof head + 3) & ~size_t{3});
  return true;
}

std::vector<Attribute> attributes_of(std::string_view payload) {
  std::vector<Attribute> out;
  rtattr head;
  while (payload.size() >= sizeof head) {
    std::memcpy(&head, payload.data(), sizeof head);
    if (head.rta_len < sizeof head || head.rta_len > payload.size()) break;
    out.push_back({static_cast<uint16_t>(head.rta_type & NLA_TYPE_MASK),
                   std::string(payload.substr(sizeof head, head.rta_len - sizeof head))});
    payload.remove_prefix(std::min((size_t{head.rta_len} + 3) & ~size_t{3}, payload.size()));
  }
  return out;
}

// NLMSG_ERROR: errno, and a message of the kernel with NETLINK_EXT_ACK.
Error error_of(std::string_view payload) {
  nlmsgerr head = {};
  std::string_view rest = payload;
  take_head(rest, head);
  std::string what = "rtnetlink";
  for (const Attribute& attribute : attributes_of(rest)) {
    if (attribute.type != NLMSGERR_ATTR_MSG) continue;
    what += cat(": ", attribute.value.c_str());
  }
  return Error::system(-head.error, std::move(what));
}

Status enable(int socket, int option) {
  const int on = 1;
  if (::setsockopt(socket, SOL_NETLINK, option, &on, sizeof on) == 0) return {};
  return Error::system(errno, "prepare a netlink socket");
}

}  // namespace

const std::string* Address::find(uint16_t type) const {
  for (const Attribute& attribute : attributes) {
    if (attribute.type == type) return &attribute.value;
  }
  return nullptr;
}

Result<Rtnetlink> Rtnetlink::open() {
  sys::UniqueFd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!socket) return Error::system(errno, "open a netlink socket");
  OCI_TRY(enable(socket.get(), NETLINK_EXT_ACK));
  OCI_TRY(enable(socket.get(), NETLINK_CAP_ACK));
  // So that a dump covers only the requested link.
  OCI_TRY(enable(socket.get(), NETLINK_GET_STRICT_CHK));
  return Rtnetlink(std::move(socket));
}

Result<Rtnetlink> Rtnetlink::open_in(int netns) {
  const sys::UniqueFd own = OCI_TRY(sys::open_at(AT_FDCWD, "/proc/self/ns/net", O_RDONLY));
  if (::setns(netns, CLONE_NEWNET) < 0) return Error::system(errno, "enter a network namespace");
  Result<Rtnetlink> opened = open();
  if (::setns(own.get(), CLONE_NEWNET) < 0) {
    return Error::system(errno, "return from a network namespace");
  }
  return opened;
}

Result<std::vector<Rtnetlink::Answer>> Rtnetlink::ask(uint16_t type, uint16_t flags,
                                                      const std::string& payload) {
  nlmsghdr head = {};
  head.nlmsg_len = static_cast<uint32_t>(sizeof head + payload.size());
  head.nlmsg_type = type;
  head.nlmsg_flags = static_cast<uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
  head.nlmsg_seq = ++sequence_;
  const std::string request = bytes_of(head) + payload;
  if (::send(socket_.get(), request.data(), request.size(), 0) < 0) {
    return Error::system(errno, "send to rtnetlink");
  }
  std::vector<Answer> answers;
  std::string buffer(size_t{64} << 10, '\0');
  for (;;) {
    const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error::system(errno, "receive from rtnetlink");
    std::string_view rest(buffer.data(), static_cast<size_t>(got));
    while (rest.size() >= sizeof head) {
      std::memcpy(&head, rest.data(), sizeof head);
      if (head.nlmsg_len < sizeof head || head.nlmsg_len > rest.size()) break;
      const std::string_view body = rest.substr(sizeof head, head.nlmsg_len - sizeof head);
      rest.remove_prefix(std::min((size_t{head.nlmsg_len} + 3) & ~size_t{3}, rest.size()));
      if (head.nlmsg_seq != sequence_) continue;
      if (head.nlmsg_type == NLMSG_DONE) return answers;
      if (head.nlmsg_type == NLMSG_ERROR) {
        int error = 0;
        std::memcpy(&error, body.data(), std::min(body.size(), sizeof error));
        if (error != 0) return error_of(body);
        return answers;
      }
      answers.push_back({head.nlmsg_type, std::string(body)});
    }
  }
}

Result<std::optional<Link>> Rtnetlink::find(const std::string& payload, int error_of_absence) {
  Result<std::vector<Answer>> answers = ask(RTM_GETLINK, 0, payload);
  if (!answers && answers.error().sys_errno() == error_of_absence) return std::optional<Link>();
  if (!answers) return std::move(answers).error();
  for (const Answer& answer : answers.value()) {
    std::string_view rest = answer.payload;
    ifinfomsg head = {};
    if (answer.type != RTM_NEWLINK || !take_head(rest, head)) continue;
    Link link{.index = head.ifi_index, .flags = head.ifi_flags};
    for (const Attribute& attribute : attributes_of(rest)) {
      if (attribute.type == IFLA_IFNAME) link.name = attribute.value.c_str();
      if (attribute.type != IFLA_LINKINFO) continue;
      for (const Attribute& info : attributes_of(attribute.value))
        link.returns_to_host = link.returns_to_host && info.type != IFLA_INFO_KIND;
    }
    return std::optional(link);
  }
  return std::optional<Link>();
}

Result<std::optional<Link>> Rtnetlink::find(const std::string& name) {
  std::string payload = link_request(0);
  append_name(payload, IFLA_IFNAME, name);
  return find(payload, ENODEV);
}

Result<std::optional<Link>> Rtnetlink::find(int index) {
  return find(link_request(index), ENODEV);
}

Status Rtnetlink::move(int index, int netns, const std::string& name) {
  std::string payload = link_request(index);
  append_attribute(payload, IFLA_NET_NS_FD, bytes_of(netns));
  append_name(payload, IFLA_IFNAME, name);
  OCI_TRY(ask(RTM_SETLINK, 0, payload));
  return {};
}

Status Rtnetlink::rename(int index, const std::string& name) {
  std::string payload = link_request(index);
  append_name(payload, IFLA_IFNAME, name);
  OCI_TRY(ask(RTM_SETLINK, 0, payload));
  return {};
}

Status Rtnetlink::set_up(int index, bool up) {
  OCI_TRY(ask(RTM_SETLINK, 0, link_request(index, up ? uint32_t{IFF_UP} : 0, IFF_UP)));
  return {};
}

Result<std::vector<Address>> Rtnetlink::addresses(int index) {
  ifaddrmsg wanted = {};
  wanted.ifa_index = static_cast<uint32_t>(index);
  std::vector<Address> out;
  for (const Answer& answer : OCI_TRY(ask(RTM_GETADDR, NLM_F_DUMP, bytes_of(wanted)))) {
    std::string_view rest = answer.payload;
    Address address;
    if (answer.type != RTM_NEWADDR || !take_head(rest, address.head)) continue;
    if (address.head.ifa_index != wanted.ifa_index) continue;
    address.attributes = attributes_of(rest);
    out.push_back(std::move(address));
  }
  return out;
}

Status Rtnetlink::add_address(int index, const Address& address) {
  ifaddrmsg head = address.head;
  head.ifa_index = static_cast<uint32_t>(index);
  std::string payload = bytes_of(head);
  for (const Attribute& attribute : address.attributes)
    append_attribute(payload, attribute.type, attribute.value);
  const auto added = ask(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, payload);
  if (added || added.error().sys_errno() == EEXIST) return {};
  return added.error();
}

}  // namespace oci::network
