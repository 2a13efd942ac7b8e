#include <linux/mempolicy.h>

#include "runtime/plan/test_plan.h"

namespace oci::plan {
namespace {

BOOST_AUTO_TEST_SUITE(confinement)

BOOST_AUTO_TEST_CASE(what_is_not_asked_for_is_left_as_the_caller_has_it) {
  const wire::LaunchPlan plan = plan_of(some_config());
  BOOST_TEST(plan.init().personality == wire::kCallersPersonality);
  BOOST_TEST(plan.init().memory_policy == -1);
  BOOST_TEST(!plan.init().apparmor_command);
  BOOST_TEST(!plan.init().selinux_label);
  BOOST_TEST(!plan.scheduler.has_value());
  BOOST_TEST(!plan.io_priority.has_value());
}

BOOST_AUTO_TEST_CASE(the_ordinary_personality_is_set_too_when_it_is_asked_for) {
  spec::Config config = some_config();
  config.linux->personality = spec::Personality{.domain = 0};
  BOOST_TEST(plan_of(config).init().personality == 0u);
  config.linux->personality->domain = 8;
  BOOST_TEST(plan_of(config).init().personality == 8u);
}

BOOST_AUTO_TEST_CASE(a_memory_policy_is_its_mode_with_its_flags_and_its_nodes_as_bits) {
  spec::Config config = some_config();
  config.linux->memory_policy =
      spec::MemoryPolicy{.mode = MPOL_BIND, .nodes = "0-1,65", .flags = MPOL_F_STATIC_NODES};
  const wire::LaunchPlan plan = plan_of(config);
  BOOST_TEST(plan.init().memory_policy == (MPOL_BIND | MPOL_F_STATIC_NODES));
  const auto nodes = items(plan, plan.init().memory_nodes);
  BOOST_REQUIRE(nodes.size() == 2u);
  BOOST_TEST(nodes[0] == 3u);
  BOOST_TEST(nodes[1] == 2u);
  config.linux->memory_policy = spec::MemoryPolicy{.mode = MPOL_DEFAULT};
  BOOST_TEST(plan_of(config).init().memory_policy == 0);
  BOOST_TEST(plan_of(config).init().memory_nodes.count == 0u);
}

BOOST_AUTO_TEST_CASE(a_label_needs_its_security_module) {
  spec::Config config = some_config();
  config.process->apparmor_profile = "web";
  BOOST_TEST(error_of(config).starts_with("process.apparmorProfile: AppArmor is not enabled"));
  Host host = some_host();
  host.apparmor = true;
  const wire::LaunchPlan confined = plan_of(config, host);
  BOOST_TEST(text(confined, confined.init().apparmor_command) == "exec web");
  for (const char* const none : {"", "unconfined"}) {
    config.process->apparmor_profile = none;
    BOOST_TEST(!plan_of(config).init().apparmor_command);
  }
  // With AppArmor, it takes the container out of the caller's profile.
  const wire::LaunchPlan taken_out = plan_of(config, host);
  BOOST_TEST(text(taken_out, taken_out.init().apparmor_command) == "exec unconfined");
  config.process->apparmor_profile = "";

  config.process->selinux_label = "system_u:system_r:container_t:s0";
  BOOST_TEST(error_of(config).starts_with("process.selinuxLabel: SELinux is not enabled"));
  host.selinux = true;
  const wire::LaunchPlan labelled = plan_of(config, host);
  BOOST_TEST(text(labelled, labelled.init().selinux_label) == "system_u:system_r:container_t:s0");
}

BOOST_AUTO_TEST_CASE(the_parent_schedules) {
  spec::Config config = some_config();
  config.process->scheduler = spec::Scheduler{.policy = 1, .priority = 7};
  config.process->io_priority = spec::IoPriority{.io_class = 2, .priority = 5};
  const wire::LaunchPlan plan = plan_of(config);
  BOOST_TEST(plan.scheduler.value().priority == 7);
  BOOST_TEST(plan.io_priority.value().priority == 5);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::plan
