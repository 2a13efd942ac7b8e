// Runs in new network namespaces: never touches the devices of the machine.
#include "runtime/network/devices.h"

#include <fcntl.h>
#include <linux/if.h>
#include <sched.h>
#include <unistd.h>

#include <cstdlib>

#include "runtime/sys/file.h"
#include "runtime/testing/requires.h"
#include "third_party/boost_test.h"

namespace oci::network {
namespace {

sys::UniqueFd own_netns() {
  return sys::open_at(AT_FDCWD, "/proc/self/ns/net", O_RDONLY).value();
}

void in_namespace(int netns, const std::string& command) {
  const sys::UniqueFd here = own_netns();
  BOOST_REQUIRE(::setns(netns, CLONE_NEWNET) == 0);
  const int status = std::system(command.c_str());
  BOOST_REQUIRE(::setns(here.get(), CLONE_NEWNET) == 0);
  BOOST_TEST_REQUIRE(status == 0, command);
}

Status remember_nothing(const std::vector<Trace>&) {
  return {};
}

// A "host" with the two ends of a veth pair, and a "container". At the end the test returns to the
// namespace of the machine, and these two vanish.
struct Wire {
  Wire() {
    BOOST_REQUIRE(::unshare(CLONE_NEWNET) == 0);
    container = own_netns();
    BOOST_REQUIRE(::unshare(CLONE_NEWNET) == 0);
    host = own_netns();
    in_namespace(host.get(),
                 "ip link add v0 mtu 1400 type veth peer name v1 && ip addr add 10.9.8.7/24 dev v0 "
                 "&& ip addr add 10.9.8.8/24 dev v0 label v0:x && ip link set v0 up && "
                 "ip addr add 192.168.5.5 peer 192.168.5.6/32 dev v0 && "
                 "ip addr add 169.254.1.1/16 scope link dev v0 && ip link set v1 up && "
                 "if [ -e /proc/sys/net/ipv6 ]; then ip addr add fd00::7/64 nodad dev v0; fi");
  }
  ~Wire() { ::setns(machine.get(), CLONE_NEWNET); }

  std::optional<Link> link(int netns, const std::string& name) {
    return Rtnetlink::open_in(netns).value().find(name).value();
  }
  std::string addresses(int netns, const std::string& name) {
    // "10.9.8.7/24 scope global eth0", without the text after the backslash.
    in_namespace(
        netns, cat("ip -o -4 addr show dev ", name,
                   " | sed 's/.*inet //; s/ *[\\\\].*//' | sort > /tmp/oci-rt-test-", ::getpid()));
    const std::string file = cat("/tmp/oci-rt-test-", ::getpid());
    const std::string text = sys::read_file_at(AT_FDCWD, file, 4096).value();
    ::unlink(file.c_str());
    return text;
  }

  sys::UniqueFd machine = own_netns();
  sys::UniqueFd host, container;
};

BOOST_AUTO_TEST_SUITE(net_devices, *boost::unit_test::precondition(testing::root))

BOOST_FIXTURE_TEST_CASE(a_device_is_moved_with_its_permanent_global_addresses, Wire) {
  std::vector<Trace> traces;
  const std::vector<wire::NetDevice> wanted = {{.host_name = "v0", .name = "eth0"}};
  auto moved = Devices::move(container.get(), wanted, [&](std::vector<Trace> all) {
    traces = std::move(all);
    return Status();
  });
  if (!moved) BOOST_FAIL(moved.error().message());
  moved.value().keep();
  BOOST_TEST(!link(host.get(), "v0").has_value());
  const auto inside = link(container.get(), "eth0");
  BOOST_REQUIRE(inside.has_value());
  BOOST_TEST((inside->flags & IFF_UP) != 0u);
  BOOST_TEST(addresses(container.get(), "eth0") ==
             "10.9.8.7/24 scope global eth0\n"
             "10.9.8.8/24 scope global secondary eth0:x\n"
             "192.168.5.5 peer 192.168.5.6/32 scope global eth0\n");
  in_namespace(container.get(), "ip -o link show eth0 | grep -q 'mtu 1400'");
  in_namespace(container.get(),
               "[ ! -e /proc/sys/net/ipv6 ] || ip -6 addr show eth0 | grep -q fd00::7/64");
  BOOST_REQUIRE(traces.size() == 1u);
  BOOST_TEST(traces[0].host_name == "v0");
}

BOOST_FIXTURE_TEST_CASE(a_template_lets_the_kernel_count, Wire) {
  in_namespace(container.get(), "ip link add eth0 type bridge");
  const std::vector<wire::NetDevice> wanted = {{.host_name = "v0", .name = "eth%d"},
                                               {.host_name = "v1", .name = "eth%d"}};
  auto moved = Devices::move(container.get(), wanted, remember_nothing);
  if (!moved) BOOST_FAIL(moved.error().message());
  moved.value().keep();
  BOOST_TEST(link(container.get(), "eth1").has_value());
  BOOST_TEST(link(container.get(), "eth2").has_value());
  BOOST_TEST(addresses(container.get(), "eth1").starts_with("10.9.8.7/24 scope global eth1"));
}

BOOST_FIXTURE_TEST_CASE(what_is_not_kept_is_brought_back_as_it_was, Wire) {
  const std::string before = addresses(host.get(), "v0");
  {
    const std::vector<wire::NetDevice> wanted = {{.host_name = "v0", .name = "eth0"}};
    BOOST_REQUIRE(Devices::move(container.get(), wanted, remember_nothing));
    BOOST_TEST(!link(container.get(), "eth0").has_value());
  }
  const auto back = link(host.get(), "v0");
  BOOST_REQUIRE(back.has_value());
  BOOST_TEST((back->flags & IFF_UP) != 0u);
  BOOST_TEST(addresses(host.get(), "v0").find("10.9.8.8/24 scope global secondary v0:x") !=
             std::string::npos);
  BOOST_TEST(before.starts_with("10.9.8.7/24"));
}

BOOST_FIXTURE_TEST_CASE(the_first_is_brought_back_when_the_second_cannot_go, Wire) {
  in_namespace(host.get(), "ip link add b0 type bridge");
  const std::vector<wire::NetDevice> wanted = {{.host_name = "v0", .name = "eth0"},
                                               {.host_name = "b0", .name = "b0"}};
  const auto moved = Devices::move(container.get(), wanted, remember_nothing);
  BOOST_REQUIRE(!moved);
  BOOST_TEST(moved.error().message().starts_with("linux.netDevices.b0: "));
  BOOST_TEST(link(host.get(), "v0").has_value());
  BOOST_TEST(link(host.get(), "b0").has_value());
  BOOST_TEST(!link(container.get(), "eth0").has_value());
}

BOOST_FIXTURE_TEST_CASE(what_is_wrong_is_found_before_anything_is_moved, Wire) {
  in_namespace(container.get(), "ip link add eth0 type bridge");
  const auto error_of = [&](wire::NetDevice second) {
    const std::vector<wire::NetDevice> wanted = {{.host_name = "v0", .name = "v0"},
                                                 std::move(second)};
    const auto moved = Devices::move(container.get(), wanted, [](const std::vector<Trace>&) {
      BOOST_ERROR("something was about to be moved");
      return Status();
    });
    BOOST_REQUIRE(!moved);
    return moved.error().message();
  };
  BOOST_TEST(error_of({.host_name = "nope", .name = "nope"}) ==
             "linux.netDevices.nope: the host has no such network device");
  BOOST_TEST(error_of({.host_name = "lo", .name = "lo"}) ==
             "linux.netDevices.lo: a loopback device cannot be moved");
  BOOST_TEST(error_of({.host_name = "v1", .name = "eth0"})
                 .starts_with("linux.netDevices.v1: the container's network namespace has a "
                              "device 'eth0' already"));
}

BOOST_FIXTURE_TEST_CASE(a_crash_is_undone_from_what_was_remembered, Wire) {
  const std::vector<Trace> traces = {
      {.host_name = "v0", .host_index = 2, .transit_name = "oci1-0", .name = "eth0"}};
  for (const char* name : {"oci1-0", "eth0"}) {
    in_namespace(host.get(), "ip link set v0 down");
    Rtnetlink netlink = Rtnetlink::open().value();
    BOOST_REQUIRE(netlink.move(netlink.find("v0").value()->index, container.get(), name));
    BOOST_TEST(!!return_to_host(container.get(), traces));
    BOOST_TEST(link(host.get(), "v0").has_value());
    BOOST_TEST(!!return_to_host(container.get(), traces));
  }
  // Back from a destroyed namespace, under the name it had there.
  in_namespace(host.get(), "ip link set v0 name eth0");
  std::vector<Trace> own = traces;
  own[0].host_index = link(host.get(), "eth0")->index;
  BOOST_TEST(!!return_to_host(-1, own));
  BOOST_TEST(link(host.get(), "v0").has_value());
}

BOOST_FIXTURE_TEST_CASE(hardware_that_comes_home_late_is_waited_for, Wire) {
  Trace trace{.host_name = "v0", .host_index = 4242, .transit_name = "oci1-0", .name = "eth0"};
  in_namespace(host.get(), "ip link set v0 down && ip link set v0 name away");
  BOOST_TEST(!!return_to_host(-1, {&trace, 1}));  // a virtual device is gone
  in_namespace(host.get(), "(sleep 0.3; ip link set away name oci1-0) > /dev/null 2>&1 &");
  trace.returns_to_host = true;
  BOOST_TEST(!!return_to_host(-1, {&trace, 1}));
  BOOST_TEST(link(host.get(), "v0").has_value());
}

BOOST_FIXTURE_TEST_CASE(what_is_virtual_does_not_come_home, Wire) {
  BOOST_TEST(!link(host.get(), "v0")->returns_to_host);
  BOOST_TEST(link(host.get(), "lo")->returns_to_host);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::network
