// Rules of linux.netDevices.
#include "spec/validate/sample.h"

namespace oci::spec {
namespace {

using sample::check;

BOOST_AUTO_TEST_SUITE(net_devices)

BOOST_AUTO_TEST_CASE(devices_need_a_network_namespace_to_go_to) {
  check({{"linux.netDevices: needs a network namespace in linux.namespaces to move them to",
          [](Config& c) {
            c.linux->net_devices = {{.host_name = "eth1"}};
            sample::drop_namespace(c, NamespaceType::kNetwork);
          }},
         {"", [](Config& c) { c.linux->net_devices = {{.host_name = "eth1"}}; }}});
}

BOOST_AUTO_TEST_CASE(names_are_those_that_the_kernel_takes) {
  const auto with = [](std::string host_name, std::optional<std::string> name) {
    Config config = sample::config();
    config.linux->net_devices = {{.host_name = std::move(host_name), .name = std::move(name)}};
    return sample::problems(config);
  };
  for (const char* name : {"", "eth0", "a.b-c_d", "eth%d", "fifteen-bytes-x"}) {
    BOOST_TEST(with("eth1", name) == "", name);
  }
  for (const char* name :
       {"sixteen-bytes-xy", "a/b", "a b", "a:1", ".", "%d", "e%dx", "%s", "e%d%d"}) {
    BOOST_TEST(with("eth1", name).starts_with("linux.netDevices.eth1.name: expected a name"), name);
  }
  BOOST_TEST(with("eth%d", {}).ends_with("expected the name of a network device, found \"eth%d\""));
}

BOOST_AUTO_TEST_CASE(a_name_is_given_once_and_a_template_as_often_as_you_like) {
  check({{"linux.netDevices.b: expected each name once, found \"eth0\" as in netDevices.a",
          [](Config& c) {
            c.linux->net_devices = {{.host_name = "a", .name = "eth0"},
                                    {.host_name = "b", .name = "eth0"}};
          }},
         {"linux.netDevices.b: expected each name once, found \"b\" as in netDevices.a",
          [](Config& c) {
            c.linux->net_devices = {{.host_name = "a", .name = "b"}, {.host_name = "b"}};
          }},
         {"", [](Config& c) {
            c.linux->net_devices = {{.host_name = "a", .name = "eth%d"},
                                    {.host_name = "b", .name = "eth%d"}};
          }}});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::spec
