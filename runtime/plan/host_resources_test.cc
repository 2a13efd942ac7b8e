#include <linux/sched.h>

#include "runtime/plan/test_plan.h"

namespace oci::plan {
namespace {

BOOST_AUTO_TEST_SUITE(host_resources)

BOOST_AUTO_TEST_CASE(a_class_without_a_name_belongs_to_the_container) {
  for (const spec::IntelRdt& wanted :
       {spec::IntelRdt{.l3_cache_schema = "L3:0=f"},
        spec::IntelRdt{.clos_id = "", .l3_cache_schema = "L3:0=f"}}) {
    const wire::ResctrlGroup group = resctrl_group(wanted, "web1");
    BOOST_TEST(group.path == "web1");
    BOOST_TEST(group.is_own);
    BOOST_TEST(group.schemata == "L3:0=f\n");
    BOOST_TEST(group.monitor == "");
  }
}

BOOST_AUTO_TEST_CASE(a_named_class_stays) {
  const wire::ResctrlGroup gold =
      resctrl_group({.clos_id = "gold", .enable_monitoring = true}, "web1");
  BOOST_TEST(gold.path == "gold");
  BOOST_TEST(!gold.is_own);
  BOOST_TEST(gold.schemata == "");
  BOOST_TEST(gold.monitor == "gold/mon_groups/web1");
  BOOST_TEST(resctrl_group({.clos_id = "/"}, "web1").path == ".");
}

BOOST_AUTO_TEST_CASE(a_device_keeps_its_name_unless_it_gets_another) {
  spec::Config config = some_config();
  BOOST_TEST(plan_of(config).net_devices.empty());
  BOOST_TEST(!plan_of(config).resctrl);
  config.linux->net_devices = {{.host_name = "eth1"},
                               {.host_name = "eth2", .name = ""},
                               {.host_name = "eth3", .name = "lan%d"}};
  const wire::LaunchPlan plan = plan_of(config);
  BOOST_REQUIRE(plan.net_devices.size() == 3u);
  BOOST_TEST(plan.net_devices[0].name == "eth1");
  BOOST_TEST(plan.net_devices[1].name == "eth2");
  BOOST_TEST(plan.net_devices[2].name == "lan%d");
}

BOOST_AUTO_TEST_CASE(the_path_of_a_joined_namespace_is_known) {
  const spec::Config config = with_namespace(
      some_config(), {.type = spec::NamespaceType::kNetwork, .path = "/run/netns/blue"});
  BOOST_TEST(plan_of(config).joined(CLONE_NEWNET) == "/run/netns/blue");
  BOOST_TEST(plan_of(config).joined(CLONE_NEWNS) == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::plan
