#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sys/resource.h>

#include "runtime/plan/test_plan.h"

namespace oci::plan {
namespace {

spec::Config with_user_namespace(std::vector<spec::IdMapping> mappings) {
  spec::Config config = some_config();
  config.linux->namespaces.push_back({.type = spec::NamespaceType::kUser});
  config.linux->uid_mappings = config.linux->gid_mappings = std::move(mappings);
  return config;
}

Host rootless_host() {
  Host host = some_host();
  host.euid = host.egid = 1000;
  host.capabilities.permitted = 0;
  return host;
}

BOOST_AUTO_TEST_SUITE(identity)

BOOST_AUTO_TEST_CASE(the_caller_s_umask_is_said_where_the_runtime_cannot_have_it) {
  Request request = some_request();
  request.callers_umask = 0777;
  spec::Config config = some_config();
  BOOST_TEST(plan_of(config, some_host(), request).init().umask == 0777);
  config.process->user.umask = 022;
  BOOST_TEST(plan_of(config, some_host(), request).init().umask == 022);
}

BOOST_AUTO_TEST_CASE(init_keeps_its_ids_only_where_it_has_those_of_the_program) {
  Host host = some_host();
  host.has_ids_of_root = true;
  spec::Config config = some_config();
  BOOST_TEST(plan_of(config, host).init().has_ids);
  BOOST_TEST(!plan_of(config).init().has_ids);  // a set-user-ID caller, or not known
  BOOST_TEST(!plan_of(with_user_namespace({{0, 100000, 65536}}), host).init().has_ids);
  config.process->user.gid = 5;
  BOOST_TEST(!plan_of(config, host).init().has_ids);
  config.process->user = {.uid = 5};
  BOOST_TEST(!plan_of(config, host).init().has_ids);
}

// --cgroup-manager=disabled applies no device rules.
Request without_device_rules() {
  Request request = some_request();
  request.cgroup_manager = CgroupManager::kDisabled;
  return request;
}

spec::Config with_mknod() {
  spec::Config config = some_config();
  config.process->capabilities = spec::Capabilities{
      .bounding = {"CAP_MKNOD", "CAP_CHOWN"}, .effective = {}, .permitted = {"CAP_MKNOD"}};
  return config;
}

BOOST_AUTO_TEST_CASE(without_device_rules_no_container_makes_devices) {
  const spec::Config config = with_mknod();
  BOOST_TEST(plan_of(config).makes_devices);
  BOOST_TEST(error_of(config, some_host(), without_device_rules()) ==
             "process.capabilities: CAP_MKNOD can create every device of the host, and "
             "--cgroup-manager=disabled applies no device rules; leave it out, or add a last rule "
             "that allows all");
  spec::Config later = config;
  later.process->capabilities->permitted.clear();
  (void)error_of(later, some_host(),
                 without_device_rules());  // a program of root could still gain it
}

BOOST_AUTO_TEST_CASE(in_a_user_namespace_nobody_makes_devices_anyway) {
  spec::Config config = with_user_namespace({{0, 100000, 65536}});
  config.process->capabilities = with_mknod().process->capabilities;
  BOOST_TEST(!plan_of(config, some_host(), without_device_rules()).makes_devices);
  Host inner = some_host();
  inner.in_initial_user_namespace = false;
  BOOST_TEST(!plan_of(with_mknod(), inner, without_device_rules()).makes_devices);
}

BOOST_AUTO_TEST_CASE(podman_s_capability_to_make_devices_is_left_out_without_rules) {
  spec::Config config = with_mknod();
  config.annotations = {{"io.container.manager", "libpod"}};
  const wire::LaunchPlan plan = plan_of(config, some_host(), without_device_rules());
  const wire::CapabilitySets& sets = plan.init().capabilities;
  BOOST_TEST(sets.bounding == uint64_t{1} << CAP_CHOWN);
  BOOST_TEST(sets.permitted == 0u);
  BOOST_TEST(demanded_warnings(plan) == 1u);
  BOOST_TEST(!plan.makes_devices);
  BOOST_TEST((plan_of(config).init().capabilities.permitted == uint64_t{1} << CAP_MKNOD));
}

BOOST_AUTO_TEST_CASE(an_absent_umask_leaves_the_caller_s) {
  spec::Config config = some_config();
  BOOST_TEST(plan_of(config).init().umask == -1);
  config.process->user.umask = 022;
  BOOST_TEST(plan_of(config).init().umask == 022);
}

BOOST_AUTO_TEST_CASE(groups_are_set_even_if_there_are_none) {
  spec::Config config = some_config();
  BOOST_TEST(plan_of(config).init().set_groups);
  BOOST_TEST(plan_of(config).init().groups.count == 0u);
  config.process->user.additional_gids = {5, 10};
  const wire::LaunchPlan plan = plan_of(config);
  const auto groups = items(plan, plan.init().groups);
  BOOST_REQUIRE(groups.size() == 2u);
  BOOST_TEST(groups[1] == 10u);
}

BOOST_AUTO_TEST_CASE(an_annotation_keeps_the_groups_of_the_caller) {
  spec::Config config = some_config();
  config.annotations = {{"run.oci.keep_original_groups", "1"}};
  BOOST_TEST(plan_of(config).init().keep_groups);
  BOOST_TEST(plan_of(config).warnings.empty());
  config.process->user.additional_gids = {5};
  BOOST_TEST(plan_of(config).init().groups.count == 0u);
  BOOST_TEST(plan_of(config).warnings.size() == 1u);
  config.annotations = {{"run.oci.keep_original_groups", "0"}};
  BOOST_TEST(!plan_of(config).init().keep_groups);
}

BOOST_AUTO_TEST_CASE(who_may_map_one_id_only_may_not_set_groups) {
  spec::Config config = with_user_namespace({{0, 1000, 1}});
  BOOST_TEST(!plan_of(config, rootless_host()).init().set_groups);
  BOOST_TEST(plan_of(config).init().set_groups);
  config.process->user.additional_gids = {0};
  BOOST_TEST(error_of(config, rootless_host())
                 .starts_with("process.user.additionalGids: cannot be set where"));
  for (const auto& allowed : {std::vector<spec::IdMapping>{{0, 1000, 1}, {1, 100000, 65536}},
                              std::vector<spec::IdMapping>{{0, 100000, 1}}}) {
    config.linux->gid_mappings = allowed;
    BOOST_TEST(plan_of(config, rootless_host()).init().set_groups);
  }
}

BOOST_AUTO_TEST_CASE(groups_are_left_before_a_namespace_that_may_deny_it) {
  const spec::Config joins = with_namespace(
      some_config(), {.type = spec::NamespaceType::kUser, .path = "/proc/7/ns/user"});
  BOOST_TEST(plan_of(joins).init().leave_groups);
  BOOST_TEST(!plan_of(some_config()).init().leave_groups);
  Host host = some_host();
  host.capabilities.permitted &= ~(uint64_t{1} << CAP_SETGID);  // an ordinary user's stay
  BOOST_TEST(!plan_of(joins, host).init().leave_groups);
  spec::Config keeps = joins;
  keeps.annotations = {{"run.oci.keep_original_groups", "1"}};
  BOOST_TEST(!plan_of(keeps).init().leave_groups);
}

BOOST_AUTO_TEST_CASE(groups_that_were_denied_further_out_stay_denied) {
  Host host = some_host();
  host.in_initial_user_namespace = false;
  host.set_groups_denied = true;
  BOOST_TEST(!plan_of(some_config(), host).init().set_groups);
}

BOOST_AUTO_TEST_CASE(each_container_has_a_keyring_unless_told_otherwise) {
  const wire::LaunchPlan plan = plan_of(some_config());
  BOOST_TEST(plan.init().new_keyring);
  Request request = some_request();
  request.no_new_keyring = true;
  BOOST_TEST(!plan_of(some_config(), some_host(), request).init().new_keyring);
}

BOOST_AUTO_TEST_CASE(no_capabilities_object_means_none_at_all) {
  spec::Config config = some_config();
  BOOST_TEST(plan_of(config).init().capabilities.bounding == 0u);
  config.process->capabilities.emplace().bounding = {"CAP_CHOWN"};
  const wire::LaunchPlan plan = plan_of(config);
  BOOST_TEST(plan.init().capabilities.bounding == 1u);
  BOOST_TEST(plan.init().last_capability == 40u);
}

BOOST_AUTO_TEST_CASE(a_user_namespace_has_capabilities_that_the_host_does_not_grant) {
  Host host = some_host();
  host.capabilities.permitted = host.capabilities.bounding = uint64_t{1} << CAP_SYS_ADMIN;
  spec::Config config = some_config();
  config.process->capabilities.emplace().bounding = {"CAP_CHOWN", "CAP_CHECKPOINT_RESTORE"};
  BOOST_TEST(plan_of(config, host).init().capabilities.bounding == 0u);
  BOOST_TEST(demanded_warnings(plan_of(config, host)) == 2u);
  config.linux = with_user_namespace({{0, 100000, 65536}}).linux;
  const wire::LaunchPlan plan = plan_of(config, host);
  BOOST_TEST(plan.init().capabilities.bounding == (uint64_t{1} << 40 | 1));
  BOOST_TEST(demanded_warnings(plan) == 0u);
}

BOOST_AUTO_TEST_CASE(warnings_about_capabilities_reach_the_plan) {
  spec::Config config = some_config();
  config.process->capabilities.emplace().bounding = {"CAP_NOTHING"};
  BOOST_TEST(demanded_warnings(plan_of(config)) == 1u);
}

BOOST_AUTO_TEST_CASE(a_limit_on_files_that_init_could_not_work_under_comes_last) {
  spec::Config config = some_config();
  config.process->rlimits = {{RLIMIT_NOFILE, 3, 5}};
  const wire::LateLimit tiny = plan_of(config).init().file_limit;
  BOOST_TEST(tiny.soft == 3u);
  BOOST_TEST(tiny.hard == 5u);
  BOOST_TEST(tiny.meanwhile == 16u);
  config.process->rlimits = {{RLIMIT_NOFILE, 20, 20}};
  BOOST_TEST(plan_of(config).init().file_limit.meanwhile == 0u);
  Request request = some_request();
  request.preserved = {3, 9};
  BOOST_TEST(plan_of(config, some_host(), request).init().file_limit.meanwhile == 25u);
}

BOOST_AUTO_TEST_CASE(the_parent_s_part_is_kept_apart) {
  spec::Config config = some_config();
  config.process->oom_score_adj = -5;
  config.process->rlimits = {{.resource = 7, .soft = 1, .hard = 2}};
  config.process->no_new_privileges = true;
  config.linux->seccomp = spec::Seccomp{.flags = 2};
  const wire::LaunchPlan plan = plan_of(config);
  BOOST_TEST(plan.oom_score_adj.value() == -5);
  BOOST_TEST(plan.rlimits.size() == 1u);
  BOOST_TEST(plan.init().no_new_privileges);
  BOOST_TEST(plan.init().seccomp);
  BOOST_TEST(plan.init().seccomp_flags == 2u);
}

BOOST_AUTO_TEST_CASE(flags_of_the_filter_are_those_that_have_an_effect) {
  spec::Config config = some_config();
  config.linux->seccomp =
      spec::Seccomp{.flags = SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV};
  BOOST_TEST(plan_of(config).init().seccomp_flags == 0u);
  config.linux->seccomp->default_action = spec::SeccompAction::kNotify;
  BOOST_TEST(plan_of(config).init().seccomp_flags ==
             (SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::plan
