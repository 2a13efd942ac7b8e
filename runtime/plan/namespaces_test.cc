#include <linux/sched.h>

#include "runtime/plan/test_plan.h"

namespace oci::plan {
namespace {

using spec::NamespaceType;

spec::Config with_namespaces(std::vector<spec::Namespace> namespaces) {
  spec::Config config = some_config();
  config.linux->namespaces = std::move(namespaces);
  config.linux->uid_mappings = config.linux->gid_mappings = {{0, 100000, 65536}};
  return config;
}

BOOST_AUTO_TEST_SUITE(namespaces)

BOOST_AUTO_TEST_CASE(a_plain_container_is_cloned_at_once) {
  const wire::LaunchPlan plan = plan_of(with_namespaces({{.type = NamespaceType::kPid},
                                                         {.type = NamespaceType::kNetwork},
                                                         {.type = NamespaceType::kIpc},
                                                         {.type = NamespaceType::kUts},
                                                         {.type = NamespaceType::kMount},
                                                         {.type = NamespaceType::kCgroup}}));
  const wire::InitPlan& init = plan.init();
  BOOST_TEST(!init.staged);
  BOOST_TEST(init.clone_flags ==
             uint64_t{CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNS});
  BOOST_TEST(init.new_cgroup_namespace);
  BOOST_TEST(init.new_network_namespace);
  BOOST_TEST(!init.new_user_namespace);
  BOOST_TEST(plan.uid_mappings.empty());
}

BOOST_AUTO_TEST_CASE(without_a_mount_namespace_of_its_own_the_root_is_among_others) {
  const wire::LaunchPlan inherits = plan_of(with_namespaces({{.type = NamespaceType::kPid}}));
  BOOST_TEST((inherits.init().root_place == wire::RootPlace::kAmongOthers));
  BOOST_TEST(inherits.init().hosts_propagation == 0u);
  BOOST_TEST(inherits.trees.size() == 1u);
  BOOST_TEST(error_of(with_namespaces({{.type = NamespaceType::kUser}})) ==
             "linux.namespaces: a user namespace needs a new mount namespace beside it");
  spec::Config top = with_namespaces({});
  top.root->path = "/";
  BOOST_TEST(error_of(top).starts_with("root.path: '/' needs a new mount namespace"));
}

BOOST_AUTO_TEST_CASE(joining_a_network_takes_no_stage_and_joining_a_pid_namespace_does) {
  const spec::Namespace mount = {.type = NamespaceType::kMount};
  const wire::LaunchPlan network =
      plan_of(with_namespaces({mount, {.type = NamespaceType::kNetwork, .path = "/run/netns/a"}}));
  BOOST_TEST(!network.init().staged);
  BOOST_TEST(!network.init().new_network_namespace);
  BOOST_TEST(network.init().clone_flags == uint64_t{CLONE_NEWNS});
  const wire::LaunchPlan pid =
      plan_of(with_namespaces({mount, {.type = NamespaceType::kPid, .path = "/proc/7/ns/pid"}}));
  BOOST_TEST(pid.init().staged);
  BOOST_TEST(!pid.init().clones_last);
}

BOOST_AUTO_TEST_CASE(a_joined_pid_namespace_is_entered_last_where_nothing_is_in_its_way) {
  Host host = some_host();
  host.procfs_takes_pid_namespace = true;
  const spec::Namespace mount = {.type = NamespaceType::kMount};
  const spec::Namespace pid = {.type = NamespaceType::kPid, .path = "/proc/7/ns/pid"};
  const auto last = [&](const spec::Config& config) {
    const wire::LaunchPlan plan = plan_of(config, host);
    BOOST_TEST(plan.init().staged != plan.init().clones_last);
    return plan.init().clones_last;
  };
  spec::Config config = with_namespaces({mount, pid});
  BOOST_TEST(last(config));
  BOOST_TEST(!last(with_namespaces({mount, pid, {.type = NamespaceType::kTime}})));
  config.hooks.create_runtime = {{.path = "/knows-its-number"}};
  BOOST_TEST(!last(config));
}

BOOST_AUTO_TEST_CASE(user_and_time_namespaces_take_a_stage_new_or_joined) {
  const spec::Namespace mount = {.type = NamespaceType::kMount};
  for (const NamespaceType type : {NamespaceType::kUser, NamespaceType::kTime}) {
    BOOST_TEST(plan_of(with_namespaces({mount, {.type = type}})).init().staged);
    BOOST_TEST(plan_of(with_namespaces({mount, {.type = type, .path = "/ns"}})).init().staged);
  }
}

BOOST_AUTO_TEST_CASE(the_stage_makes_a_time_namespace_and_writes_its_offsets) {
  spec::Config config =
      with_namespaces({{.type = NamespaceType::kMount}, {.type = NamespaceType::kTime}});
  const wire::LaunchPlan without = plan_of(config);
  BOOST_TEST((without.init().time_namespace == wire::TimeNamespace::kByStage));
  BOOST_TEST(without.init().clone_flags == uint64_t{CLONE_NEWNS});
  BOOST_TEST(!without.init().time_offsets);
  config.linux->time_offset_boottime = {.secs = -7, .nanosecs = 8};
  config.linux->time_offset_monotonic = {.secs = 1, .nanosecs = 2};
  const wire::LaunchPlan with = plan_of(config);
  BOOST_TEST(text(with, with.init().time_offsets) == "monotonic 1 2\nboottime -7 8\n");
  config.linux->namespaces[1].path = "/proc/7/ns/time";
  BOOST_TEST(error_of(config).starts_with("linux.timeOffsets: needs a new time namespace"));
}

BOOST_AUTO_TEST_CASE(init_makes_the_ipc_namespace_that_its_user_namespace_is_to_own) {
  const spec::Namespace ipc = {.type = NamespaceType::kIpc};
  const spec::Namespace user = {.type = NamespaceType::kUser};
  const spec::Namespace joined_user = {.type = NamespaceType::kUser, .path = "/user"};
  const auto made_by_clone = [](std::vector<spec::Namespace> namespaces) {
    namespaces.push_back({.type = NamespaceType::kMount});
    const wire::LaunchPlan plan = plan_of(with_namespaces(namespaces));
    const bool by_clone = (plan.init().clone_flags & CLONE_NEWIPC) != 0;
    BOOST_TEST(plan.init().new_ipc_namespace != by_clone);
    return by_clone;
  };
  BOOST_TEST(made_by_clone({ipc}));
  BOOST_TEST(!made_by_clone({ipc, user}));
  BOOST_TEST(!made_by_clone({ipc, joined_user}));
}

BOOST_AUTO_TEST_CASE(init_makes_the_time_namespace_that_its_new_user_namespace_is_to_own) {
  const spec::Namespace mount = {.type = NamespaceType::kMount};
  const spec::Namespace time = {.type = NamespaceType::kTime};
  const auto maker = [&](const spec::Namespace& other) {
    return plan_of(with_namespaces({mount, time, other})).init().time_namespace;
  };
  BOOST_TEST((maker({.type = NamespaceType::kUser}) == wire::TimeNamespace::kByInit));
  BOOST_TEST(
      (maker({.type = NamespaceType::kUser, .path = "/user"}) == wire::TimeNamespace::kByStage));
  const wire::LaunchPlan joins =
      plan_of(with_namespaces({mount,
                               time,
                               {.type = NamespaceType::kUser},
                               {.type = NamespaceType::kUts, .path = "/uts"}}));
  BOOST_TEST((joins.init().time_namespace == wire::TimeNamespace::kByStage));
}

BOOST_AUTO_TEST_CASE(each_joined_namespace_has_a_place_for_its_descriptor) {
  wire::LaunchPlan plan = plan_of(with_namespaces({{.type = NamespaceType::kUser, .path = "/user"},
                                                   {.type = NamespaceType::kMount},
                                                   {.type = NamespaceType::kIpc, .path = "/ipc"}}));
  BOOST_REQUIRE(plan.joins.size() == 2u);
  BOOST_TEST(plan.joins[1].path == "/ipc");
  BOOST_TEST(plan.joins[1].type == unsigned{CLONE_NEWIPC});
  BOOST_TEST(plan.joins[1].index == 2u);
  plan.set_fd(plan.joins[0].fd_offset, 30);
  plan.set_fd(plan.joins[1].fd_offset, 31);
  std::string joins;
  for (const wire::Join& join : items(plan, plan.init().joins)) {
    joins += cat(text(plan, join.path), " ", join.index, " ", join.fd, "; ");
  }
  BOOST_TEST(joins == "/user 0 30; /ipc 2 31; ");
}

BOOST_AUTO_TEST_CASE(only_a_new_user_namespace_is_given_maps) {
  const spec::Namespace mount = {.type = NamespaceType::kMount};
  const wire::LaunchPlan created =
      plan_of(with_namespaces({mount, {.type = NamespaceType::kUser}}));
  BOOST_TEST(created.init().new_user_namespace);
  BOOST_TEST(created.init().clone_flags == uint64_t{CLONE_NEWUSER | CLONE_NEWNS});
  BOOST_TEST(created.uid_mappings.size() == 1u);
  const wire::LaunchPlan joined =
      plan_of(with_namespaces({mount, {.type = NamespaceType::kUser, .path = "/user"}}));
  BOOST_TEST(!joined.init().new_user_namespace);
  BOOST_TEST(joined.uid_mappings.empty());
}

BOOST_AUTO_TEST_CASE(an_ordinary_user_needs_a_user_namespace) {
  Host host = some_host();
  host.capabilities.permitted = 0;
  spec::Config config = with_namespaces({{.type = NamespaceType::kMount}});
  BOOST_TEST(error_of(config, host) ==
             "linux.namespaces: rootless container requires user namespaces; add one, or start "
             "from: oci-rt spec --rootless");
  config.linux->namespaces.push_back({.type = NamespaceType::kUser});
  const wire::LaunchPlan plan = plan_of(config, host);
  // Init opens the mounts, in its mount namespace.
  BOOST_TEST(plan.trees.empty());
  BOOST_TEST(plan_of(config).trees.size() == 1u);
  // The same for root of a user namespace without a mount namespace of its own.
  host = some_host();
  host.owns_mounts = false;
  BOOST_TEST(plan_of(config, host).trees.empty());
}

// Beside another user namespace. In its own, init may mount them.
BOOST_AUTO_TEST_CASE(the_stage_mounts_what_shows_a_joined_namespace) {
  spec::Config config = some_config();
  config.linux->uid_mappings = config.linux->gid_mappings = {{0, 100000, 65536}};
  config.mounts = {{.destination = "/proc", .type = "proc"},
                   {.destination = "/sys", .type = "sysfs"},
                   {.destination = "/dev/mqueue", .type = "mqueue"},
                   {.destination = "/cg", .type = "cgroup"},
                   {.destination = "/tmp", .type = "tmpfs"}};
  config.linux->namespaces = {{.type = NamespaceType::kMount},
                              {.type = NamespaceType::kPid, .path = "/pid"},
                              {.type = NamespaceType::kNetwork, .path = "/net"},
                              {.type = NamespaceType::kIpc, .path = "/ipc"},
                              {.type = NamespaceType::kCgroup, .path = "/cgroup"}};
  const auto shown = [&] {
    const wire::LaunchPlan plan = plan_of(config);
    std::vector<uint64_t> all = {plan.init().mounts_show};
    for (const wire::MountOp& op : items(plan, plan.init().mounts))
      all.push_back(op.shows);
    return all;
  };
  BOOST_TEST(shown() == (std::vector<uint64_t>{0, 0, 0, 0, 0, 0}),
             boost::test_tools::per_element());
  config.linux->namespaces.push_back({.type = NamespaceType::kUser});
  const std::vector<uint64_t> joined = {
      CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWCGROUP,
      CLONE_NEWPID,
      CLONE_NEWNET,
      CLONE_NEWIPC,
      CLONE_NEWCGROUP,
      0};
  BOOST_TEST(shown() == joined, boost::test_tools::per_element());
  config.linux->namespaces.back().path = "/user";
  BOOST_TEST(shown() == joined, boost::test_tools::per_element());
  for (spec::Namespace& ns : config.linux->namespaces)
    ns.path.reset();
  BOOST_TEST(shown() == (std::vector<uint64_t>{0, 0, 0, 0, 0, 0}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::plan
