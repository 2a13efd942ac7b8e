#include "runtime/plan/cgroup_plan.h"

#include "runtime/plan/test_cgroup.h"
#include "runtime/plan/test_plan.h"

namespace oci::plan {
namespace {

using Support = cgroup::ControllerSupport;

CgroupHost without_permission() {
  CgroupHost host = some_cgroup_host();
  host.access_problem = [](const cgroup::Layout&, const std::string&) {
    return std::string("this user may not write to cgroup '/'");
  };
  return host;
}

struct Decided {
  std::optional<CgroupPlan> plan;
  std::vector<wire::Warning> warnings;
  std::string error;
};

Decided decide(const spec::Config& config, const CgroupRequest& request,
               const CgroupHost& host = some_cgroup_host()) {
  Decided out;
  Result<std::optional<CgroupPlan>> plan = plan_cgroup(config, request, host, out.warnings);
  if (plan) {
    out.plan = std::move(plan).value();
  } else {
    out.error = plan.error().message();
  }
  return out;
}

const CgroupRequest kRoot = {.id = "web1"};
const CgroupRequest kRootless = {.id = "web1", .rootless = true};
const CgroupRequest kScope = {.id = "web1", .manager = CgroupManager::kSystemd};

spec::Config with_limit() {
  spec::Config config = some_config();
  config.linux->resources.emplace().pids = {.limit = 5};
  return config;
}

spec::Config with_rules(std::vector<spec::DeviceRule> rules) {
  spec::Config config = some_config();
  config.linux->resources.emplace().devices = std::move(rules);
  return config;
}

BOOST_AUTO_TEST_SUITE(limits)

BOOST_AUTO_TEST_CASE(a_cgroup_is_at_its_path_and_by_default_at_the_id) {
  spec::Config config = with_limit();
  const Decided by_id = decide(config, kRoot);
  BOOST_REQUIRE(by_id.plan);
  BOOST_TEST(by_id.plan->path == "/web1");
  BOOST_TEST(by_id.plan->writes.before_clone.size() == 1u);
  BOOST_TEST(!by_id.plan->scope);
  config.linux->cgroups_path = "a.slice:b:c";
  const Decided named = decide(config, kRoot);
  BOOST_REQUIRE(named.plan);
  BOOST_REQUIRE(named.warnings.size() == 1u);
  BOOST_TEST(named.warnings[0].text.ends_with("a scope needs --systemd-cgroup"));
}

BOOST_AUTO_TEST_CASE(a_disabled_driver_warns_of_each_lost_limit) {
  const Decided none = decide(with_limit(), {.manager = CgroupManager::kDisabled});
  BOOST_TEST(!none.plan);
  BOOST_TEST(none.error == "");
  BOOST_REQUIRE(none.warnings.size() == 1u);
  BOOST_TEST(none.warnings[0].text ==
             "linux.resources.pids: not applied, because --cgroup-manager is disabled");
}

BOOST_AUTO_TEST_CASE(a_scope_limits_its_tasks_once_init_is_inside) {
  const Decided scope = decide(with_limit(), kScope);
  BOOST_REQUIRE(scope.plan);
  BOOST_REQUIRE(scope.plan->scope);
  BOOST_TEST(scope.plan->path == "/system.slice/oci-rt-web1.scope");
  BOOST_TEST(scope.plan->writes.before_clone[0].value == "max");
  BOOST_TEST(scope.plan->writes.after_clone[0].value == "5");
  BOOST_TEST(scope.plan->scope->properties[0].name == "TasksMax");
}

BOOST_AUTO_TEST_CASE(a_rootless_cgroup_is_below_the_callers_own) {
  const Decided own = decide(with_limit(), kRootless);
  BOOST_REQUIRE(own.plan);
  BOOST_TEST(own.plan->path == "/user/app/web1");
  BOOST_TEST(!own.plan->leave_own_cgroup);
  CgroupHost host = some_cgroup_host();
  host.controller_support = [](const cgroup::Layout&, const std::string&) {
    return Result<Support>(Support::kOnceWeLeave);
  };
  BOOST_TEST(decide(with_limit(), kRootless, host).plan->leave_own_cgroup);
  BOOST_TEST(!decide(some_config(), kRootless, host).plan->leave_own_cgroup);
  host.controller_support = [](const cgroup::Layout&, const std::string&) {
    return Result<Support>(Support::kNo);
  };
  BOOST_TEST(decide(with_limit(), kRootless, host)
                 .error.starts_with("linux.resources.pids.limit: cgroup '/user/app' holds other"));
}

BOOST_AUTO_TEST_CASE(a_caller_without_a_place_has_no_cgroup_unless_the_config_needs_one) {
  const Decided none = decide(some_config(), kRootless, without_permission());
  BOOST_TEST(!none.plan);
  BOOST_TEST(none.error == "");
  BOOST_TEST(decide(with_limit(), kRootless, without_permission())
                 .error.starts_with("linux.resources.pids.limit: rootless needs no limits"));
  spec::Config named = some_config();
  named.linux->cgroups_path = "/a";
  BOOST_TEST(decide(named, kRootless, without_permission())
                 .error.starts_with("linux.cgroupsPath: unable to apply cgroup configuration"));
  CgroupHost host = some_cgroup_host();
  host.find_layout = [] {
    return Result<cgroup::Layout>(Error(ErrorKind::kUnsupported, "only v1"));
  };
  BOOST_TEST(decide(some_config(), kRootless, host).error == "");
  BOOST_TEST(decide(some_config(), kRoot, host).error == "only v1");
}

BOOST_AUTO_TEST_CASE(device_rules_are_needed_where_the_caller_could_make_devices) {
  const spec::Config config = with_rules({{.allow = false}});
  const Decided root = decide(config, kRoot);
  BOOST_REQUIRE(root.plan);
  BOOST_TEST(!root.plan->device_program.empty());
  BOOST_TEST(!root.plan->if_devices_refused);
  const Decided rootless = decide(config, kRootless);
  BOOST_REQUIRE(rootless.plan->if_devices_refused);
  BOOST_TEST(rootless.plan->if_devices_refused.value() ==
             "linux.resources.devices: not applied, because that needs privileges");
  BOOST_TEST(decide(config, kRootless, without_permission()).warnings.size() == 1u);
  CgroupRequest maker = kRootless;
  maker.makes_devices = true;
  BOOST_TEST(!decide(config, maker).plan->if_devices_refused);
  const spec::Config one = with_rules({{.type = spec::DeviceType::kChar, .major = 1, .minor = 3}});
  BOOST_TEST(decide(one, kRootless, without_permission())
                 .error.starts_with("linux.resources.devices[0]: only root can deny"));
}

BOOST_AUTO_TEST_CASE(a_container_that_manages_its_cgroup_owns_it) {
  spec::Config config = some_config();
  config.process->user.uid = 7;
  config.mounts = {{"/sys/fs/cgroup", "cgroup", "cgroup", {"rw"}, {}, {}}};
  BOOST_TEST(!decide(config, kRoot).plan->delegate_to);
  config.linux->namespaces.push_back({.type = spec::NamespaceType::kCgroup});
  BOOST_TEST(decide(config, kRoot).plan->delegate_to.value_or(0) == 7u);
  BOOST_TEST(!decide(config, kRoot).plan->owner_is_mapped);
  config.linux->namespaces.push_back({.type = spec::NamespaceType::kUser});
  BOOST_TEST(decide(config, kRoot).plan->owner_is_mapped);
  config.mounts[0].options = {"ro"};
  BOOST_TEST(!decide(config, kRoot).plan->delegate_to);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::plan
