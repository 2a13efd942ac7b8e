#include "runtime/plan/sysctls.h"

#include "runtime/plan/test_plan.h"

namespace oci::plan {
namespace {

BOOST_AUTO_TEST_SUITE(sysctls)

BOOST_AUTO_TEST_CASE(the_first_separator_decides_what_the_others_mean) {
  BOOST_TEST(sysctl_path("net.ipv4.ip_forward") == "net/ipv4/ip_forward");
  BOOST_TEST(sysctl_path("net/ipv4/ip_forward") == "net/ipv4/ip_forward");
  BOOST_TEST(sysctl_path("net/ipv4/conf/eth0.1/forwarding") == "net/ipv4/conf/eth0.1/forwarding");
  BOOST_TEST(sysctl_path("net.ipv4.conf.eth0/1.forwarding") == "net/ipv4/conf/eth0.1/forwarding");
}

BOOST_AUTO_TEST_CASE(values_are_written_in_listed_order) {
  spec::Config config = some_config();
  config.linux->sysctl.emplace_back("net.b", "32000");
  config.linux->sysctl.emplace_back("net.a", "1 1");
  const wire::LaunchPlan plan = plan_of(config);
  const auto ops = items(plan, plan.init().sysctls);
  BOOST_REQUIRE(ops.size() == 2u);
  BOOST_TEST(text(plan, ops[0].path) == "net/b");
  BOOST_TEST(text(plan, ops[0].key) == "net.b");
  BOOST_TEST(text(plan, ops[1].value) == "1 1");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::plan
