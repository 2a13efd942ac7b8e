#include <linux/sched.h>
#include <sys/mount.h>

#include "runtime/plan/test_plan.h"

namespace oci::plan {
namespace {

using spec::NamespaceType;

spec::Config with_user_namespace(spec::Config config) {
  config.linux->uid_mappings = {{.container_id = 0, .host_id = 1000, .size = 10}};
  config.linux->gid_mappings = config.linux->uid_mappings;
  return with_namespace(std::move(config), {.type = NamespaceType::kUser});
}

spec::Config as_admin(spec::Config config) {
  config.process->capabilities = spec::Capabilities{.bounding = {"CAP_CHOWN", "CAP_SYS_ADMIN"}};
  return config;
}

spec::Mount bind(std::vector<std::string> options) {
  options.emplace_back("rbind");
  return {.destination = "/data", .type = "bind", .source = "/data", .options = std::move(options)};
}

bool stays(const wire::LaunchPlan& plan) {
  const bool of_mount = only_mount(plan).readonly_stays;
  BOOST_TEST(plan.init().readonly_stays == of_mount);
  return of_mount;
}

bool stays_with(std::vector<std::string> options) {
  return stays(plan_of(as_admin(with_user_namespace(with_mount(bind(std::move(options)))))));
}

BOOST_AUTO_TEST_SUITE(locks)

BOOST_AUTO_TEST_CASE(of_a_bind_that_is_read_only_in_the_end) {
  BOOST_TEST(stays_with({"ro"}));
  BOOST_TEST(stays_with({"rro"}));
  BOOST_TEST(stays_with({"ro", "nosuid", "rprivate"}));
  BOOST_TEST(stays_with({"rw", "rro"}));
  BOOST_TEST(!stays_with({}));
  BOOST_TEST(!stays_with({"ro", "rw"}));
  BOOST_TEST(!stays_with({"ro", "rrw"}));
  BOOST_TEST(!stays_with({"nosuid"}));
}

BOOST_AUTO_TEST_CASE(where_the_container_could_clear_it) {
  const spec::Config config = with_mount(bind({"ro"}));
  BOOST_TEST(!stays(plan_of(config)));
  BOOST_TEST(!stays(plan_of(as_admin(config))));
  BOOST_TEST(!stays(plan_of(with_user_namespace(config))));
  BOOST_TEST(stays(plan_of(as_admin(with_user_namespace(config)))));
  const spec::Config joins =
      with_namespace(config, {.type = NamespaceType::kUser, .path = "/proc/7/ns/user"});
  BOOST_TEST(stays(plan_of(as_admin(joins))));
}

BOOST_AUTO_TEST_CASE(of_a_runtime_in_a_user_namespace) {
  Host host = some_host();
  host.in_initial_user_namespace = false;
  const spec::Config config = with_mount(bind({"ro"}));
  BOOST_TEST(stays(plan_of(as_admin(config), host)));
  BOOST_TEST(!stays(plan_of(config, host)));
  // A shared mount namespace gets no mounts besides those of the container.
  spec::Config joins = as_admin(config);
  joins.linux->namespaces = {{.type = NamespaceType::kMount, .path = "/proc/7/ns/mnt"}};
  BOOST_TEST(!stays(plan_of(joins, host)));
}

BOOST_AUTO_TEST_CASE(not_of_what_is_no_bind_of_the_hosts_files) {
  const auto plan = [](spec::Mount mount) {
    return plan_of(as_admin(with_user_namespace(with_mount(std::move(mount)))));
  };
  BOOST_TEST(!stays(plan({.destination = "/t", .type = "tmpfs", .options = {"ro"}})));
  BOOST_TEST(!stays(plan({.destination = "/sys", .type = "sysfs", .options = {"ro"}})));
  spec::Mount inside = bind({"ro"});
  inside.source = "/bundle/rootfs/etc";
  BOOST_TEST(!stays(plan(inside)));
  BOOST_TEST(!stays(plan(bind({"ro", "copy-symlink"}))));
}

BOOST_AUTO_TEST_CASE(of_a_read_only_root) {
  spec::Config config = with_user_namespace(some_config());
  config.root->readonly = true;
  BOOST_TEST(!plan_of(config).init().readonly_stays);
  BOOST_TEST(plan_of(as_admin(config)).init().readonly_stays);
  config.root->readonly = false;
  BOOST_TEST(!plan_of(as_admin(config)).init().readonly_stays);
}

BOOST_AUTO_TEST_CASE(of_what_is_added_later) {
  const Member member = {.user_namespace = "/proc/77/ns/user"};
  const spec::Config config = as_admin(with_user_namespace(with_mount(bind({"ro"}))));
  const auto plan = make_add_mounts_plan(config, some_host(), some_request(), member);
  BOOST_REQUIRE(plan);
  BOOST_TEST(stays(plan.value()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::plan
