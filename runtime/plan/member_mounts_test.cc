#include <linux/sched.h>
#include <sys/mount.h>

#include "runtime/plan/test_plan.h"

namespace oci::plan {
namespace {

using spec::NamespaceType;
using wire::MountKind;
using wire::MountOp;
using wire::MountTask;

const Member kMember = {.user_namespace = "/proc/77/ns/user", .outward_mounts = {91, 7}};

spec::Config with_mounts(std::vector<spec::Mount> mounts) {
  spec::Config config = some_config();
  config.linux->masked_paths = {"/secret"};
  config.mounts = std::move(mounts);
  return config;
}

wire::LaunchPlan added(const spec::Config& config, const Host& host = some_host()) {
  auto plan = make_add_mounts_plan(config, host, some_request(), kMember);
  if (!plan) BOOST_FAIL(plan.error().message());
  return std::move(plan).value();
}

std::string add_error(const spec::Config& config) {
  const auto plan = make_add_mounts_plan(config, some_host(), some_request(), kMember);
  BOOST_REQUIRE(!plan);
  return plan.error().message();
}

const spec::Mount kBind = {.destination = "m", .source = "src", .options = {"rbind", "ro"}};
const spec::Mount kTmpfs = {.destination = "/t", .type = "tmpfs", .options = {"size=1m"}};

BOOST_AUTO_TEST_SUITE(member_mounts)

BOOST_AUTO_TEST_CASE(what_is_added_is_planned_as_create_plans_it) {
  const spec::Config config = with_mounts({kBind, kTmpfs});
  const wire::LaunchPlan plan = added(config);
  const wire::LaunchPlan created = plan_of(config);
  const auto ops = items(plan, plan.init().mounts);
  const auto wanted = items(created, created.init().mounts);
  BOOST_REQUIRE(ops.size() == 2u);
  for (size_t i = 0; i < ops.size(); ++i) {
    BOOST_TEST((ops[i].kind == wanted[i].kind));
    BOOST_TEST(text(plan, ops[i].target) == text(created, wanted[i].target));
    BOOST_TEST(ops[i].attr_set == wanted[i].attr_set);
    BOOST_TEST(ops[i].parameters.count == wanted[i].parameters.count);
  }
  BOOST_TEST(text(plan, ops[0].source) == "/bundle/src");
}

BOOST_AUTO_TEST_CASE(it_is_done_by_a_member_with_mounts_of_its_own) {
  const wire::LaunchPlan plan = added(with_mounts({kBind}));
  const wire::InitPlan& init = plan.init();
  BOOST_TEST((init.mount_task == MountTask::kAdd));
  BOOST_TEST(init.exec);
  BOOST_TEST(init.staged);
  BOOST_TEST(init.clone_flags == uint64_t{CLONE_NEWNS});
  BOOST_TEST(items(plan, init.masked_paths).size() == 1u);
  const auto shown = items(plan, init.outward_mounts);
  BOOST_TEST(shown == kMember.outward_mounts, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(only_namespaces_that_a_filesystem_may_be_of_are_joined) {
  const uint64_t of_filesystem =
      CLONE_NEWUSER | CLONE_NEWCGROUP | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWUTS;
  BOOST_TEST(added(with_mounts({kBind})).init().member_types == uint64_t{CLONE_NEWUSER});
  BOOST_TEST(added(with_mounts({kBind, kTmpfs})).init().member_types == of_filesystem);
  BOOST_TEST(added(with_mounts({{.destination = "/p", .type = "proc"}})).init().member_types ==
             (of_filesystem | CLONE_NEWPID));
}

BOOST_AUTO_TEST_CASE(nothing_of_the_making_of_a_container_is_left) {
  spec::Config config = with_mounts({kBind});
  config.linux->namespaces = {{.type = NamespaceType::kMount},
                              {.type = NamespaceType::kTime},
                              {.type = NamespaceType::kCgroup},
                              {.type = NamespaceType::kNetwork, .path = "/run/netns/x"},
                              {.type = NamespaceType::kUser, .path = "/run/users"}};
  config.linux->time_offset_monotonic.emplace();
  const wire::LaunchPlan plan = added(config);
  const wire::InitPlan& init = plan.init();
  BOOST_TEST(init.joins.count == 0u);
  BOOST_TEST(!init.new_user_namespace);
  BOOST_TEST(!init.new_cgroup_namespace);
  BOOST_TEST((init.time_namespace == wire::TimeNamespace::kNone));
  BOOST_TEST(!init.time_offsets);
  // The runtime opens trees of the host, but not the root.
  BOOST_REQUIRE(plan.trees.size() == 1u);
  BOOST_TEST((plan.trees[0].subject == wire::Subject::kMountSource));
  BOOST_REQUIRE(plan.joins.size() == 1u);
  BOOST_TEST(plan.joins[0].path == "/proc/77/ns/user");
}

BOOST_AUTO_TEST_CASE(what_create_refuses_is_refused_and_a_remount_as_well) {
  BOOST_TEST(add_error(with_mounts({{.destination = "/", .type = "tmpfs"}}))
                 .starts_with("mounts[0].destination: "));
  BOOST_TEST(add_error(with_mounts({kBind, {.destination = "/m", .options = {"ro", "remount"}}}))
                 .starts_with("mounts[1].options[1]: 'remount' "));
}

BOOST_AUTO_TEST_CASE(of_what_is_removed_only_the_destination_counts) {
  const spec::Config config = with_mounts({{.destination = "m/../n/"}, {.destination = "/"}});
  const auto plan = make_remove_mounts_plan(config, some_host(), some_request(), kMember);
  BOOST_REQUIRE(bool(plan));
  const wire::InitPlan& init = plan.value().init();
  BOOST_TEST((init.mount_task == MountTask::kRemove));
  BOOST_TEST(init.member_types == uint64_t{CLONE_NEWUSER});
  BOOST_TEST(init.clone_flags == 0u);
  const auto ops = items(plan.value(), init.mounts);
  BOOST_REQUIRE(ops.size() == 2u);
  BOOST_TEST(text(plan.value(), ops[0].target) == "/n");
  BOOST_TEST(ops[1].index == 1u);
  BOOST_TEST(items(plan.value(), init.masked_paths).size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::plan
