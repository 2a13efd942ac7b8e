#include <sys/stat.h>

#include "runtime/plan/test_plan.h"

namespace oci::plan {
namespace {

using spec::DeviceType;

std::string devices(const wire::LaunchPlan& plan) {
  std::string out;
  for (const wire::DeviceOp& op : items(plan, plan.init().devices)) {
    out += cat(text(plan, op.path), " ", op.major, ":", op.minor, op.bind ? " bind\n" : "\n");
  }
  return out;
}

std::string links(const wire::LaunchPlan& plan) {
  std::string out;
  for (const wire::LinkOp& op : items(plan, plan.init().links)) {
    out += cat(text(plan, op.path), "->", text(plan, op.target), op.replace ? "! " : " ");
  }
  return out;
}

spec::Device some_device() {
  return {.type = DeviceType::kChar, .path = "/dev/fuse", .major = 10, .minor = 229};
}

BOOST_AUTO_TEST_SUITE(devices_and_links)

BOOST_AUTO_TEST_CASE(the_default_devices_are_always_there) {
  const wire::LaunchPlan plan = plan_of(some_config());
  BOOST_TEST(devices(plan) ==
             "/dev/null 1:3\n/dev/zero 1:5\n/dev/full 1:7\n"
             "/dev/random 1:8\n/dev/urandom 1:9\n/dev/tty 5:0\n");
  const wire::DeviceOp& null = items(plan, plan.init().devices)[0];
  BOOST_TEST(null.mode == unsigned{S_IFCHR | 0666});
  BOOST_TEST(null.index == wire::kNoIndex);
}

BOOST_AUTO_TEST_CASE(a_listed_device_takes_the_place_of_a_default_one) {
  spec::Config config = some_config();
  config.linux->devices = {{.type = DeviceType::kChar,
                            .path = "/dev//tty",
                            .major = 5,
                            .minor = 0,
                            .file_mode = 0620,
                            .uid = 7,
                            .gid = 5}};
  const wire::LaunchPlan plan = plan_of(config);
  const auto ops = items(plan, plan.init().devices);
  BOOST_REQUIRE(ops.size() == 6u);
  BOOST_TEST(text(plan, ops[5].path) == "/dev/tty");
  BOOST_TEST(ops[5].mode == unsigned{S_IFCHR | 0620});
  BOOST_TEST(ops[5].uid == 7u);
  BOOST_TEST(ops[5].gid == 5u);
  BOOST_TEST(ops[5].index == 0u);
}

BOOST_AUTO_TEST_CASE(the_format_of_a_node_comes_from_its_type) {
  spec::Config config = some_config();
  config.linux->devices = {
      {.type = DeviceType::kBlock, .path = "/dev/sda", .major = 8, .minor = 0, .file_mode = 060660},
      {.type = DeviceType::kFifo, .path = "/run/fifo"}};
  const wire::LaunchPlan plan = plan_of(config);
  const auto ops = items(plan, plan.init().devices);
  BOOST_TEST(ops[6].mode == unsigned{S_IFBLK | 0660});
  BOOST_TEST(ops[7].mode == unsigned{S_IFIFO | 0666});
}

BOOST_AUTO_TEST_CASE(where_mknod_is_forbidden_devices_are_bound_and_fifos_made) {
  spec::Config config = some_config();
  config.linux->devices = {some_device(), {.type = DeviceType::kFifo, .path = "/f"}};
  const std::string expected =
      "/dev/null 1:3 bind\n/dev/zero 1:5 bind\n/dev/full 1:7 bind\n/dev/random 1:8 bind\n"
      "/dev/urandom 1:9 bind\n/dev/tty 5:0 bind\n/dev/fuse 10:229 bind\n/f 0:0\n";
  Host nested = some_host();
  nested.in_initial_user_namespace = false;
  BOOST_TEST(devices(plan_of(config, nested)) == expected);
  config.linux->namespaces.push_back({.type = spec::NamespaceType::kUser});
  config.linux->uid_mappings = config.linux->gid_mappings = {{0, 100000, 65536}};
  BOOST_TEST(devices(plan_of(config)) == expected);
}

BOOST_AUTO_TEST_CASE(nothing_is_made_in_a_dev_that_is_bound) {
  spec::Config config = some_config();
  config.mounts = {{"/dev/", {}, "/dev", {"rbind"}, {}, {}}};
  config.linux->devices = {some_device(), some_device()};
  config.linux->devices[1].path = "/opt/fuse";
  const wire::LaunchPlan plan = plan_of(config);
  BOOST_TEST(devices(plan) == "/opt/fuse 10:229\n");
  BOOST_TEST(links(plan) == "");
}

BOOST_AUTO_TEST_CASE(ptmx_leads_to_a_devpts_of_the_container_s_own) {
  spec::Config config = some_config();
  const std::string standard =
      "/dev/fd->/proc/self/fd /dev/stdin->/proc/self/fd/0 /dev/stdout->/proc/self/fd/1 "
      "/dev/stderr->/proc/self/fd/2 /dev/ptmx->pts/ptmx! ";
  BOOST_TEST(links(plan_of(config)) == standard);
  config.linux->devices = {some_device()};
  config.linux->devices[0].path = "/dev//ptmx";
  const wire::LaunchPlan plan = plan_of(config);
  BOOST_TEST(links(plan) == standard);
  BOOST_TEST(devices(plan).find("ptmx") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_mount_on_a_name_of_dev_takes_its_place) {
  spec::Config config = some_config();
  const auto has = [&](std::string_view name) {
    const wire::LaunchPlan plan = plan_of(config);
    return (devices(plan) + links(plan)).find(name) != std::string::npos;
  };
  BOOST_TEST(has("/dev/random"));
  config.mounts = {{"/dev//random", {}, "/dev/urandom", {"bind"}, {}, {}},
                   {"/dev/ptmx", {}, "/dev/ptmx", {"bind"}, {}, {}},
                   {"/dev/zero", {}, "/dev/zero", {"bind", "remount", "ro"}, {}, {}}};
  BOOST_TEST(!has("/dev/random"));
  BOOST_TEST(!has("/dev/ptmx"));
  BOOST_TEST(has("/dev/zero"));
  // A node covered by a later mount does not count.
  config.mounts.push_back({"/dev", "tmpfs", "tmpfs", {}, {}, {}});
  BOOST_TEST(has("/dev/random"));
}

BOOST_AUTO_TEST_CASE(a_bound_dev_that_a_later_mount_covers_is_not_complete) {
  spec::Config config = some_config();
  config.mounts = {{"/dev", {}, "/dev", {"rbind"}, {}, {}}, {"/dev", "tmpfs", "tmpfs", {}, {}, {}}};
  BOOST_TEST(devices(plan_of(config)) != "");
}

BOOST_AUTO_TEST_CASE(the_runtime_makes_devices_of_a_user_namespace) {
  spec::Config config = some_config();
  config.linux->namespaces.push_back({.type = spec::NamespaceType::kUser});
  config.linux->uid_mappings = config.linux->gid_mappings = {{0, 100000, 10}};
  config.linux->devices = {some_device(), some_device()};
  config.linux->devices[0].uid = 7;
  config.linux->devices[1].path = "/dev/other";
  config.linux->devices[1].gid = 10;  // not mapped
  Host host = some_host();
  wire::LaunchPlan plan = plan_of(config, host);
  BOOST_REQUIRE(plan.device_nodes.size() == 2u);
  BOOST_TEST((plan.device_nodes[0].uid == 100007u && plan.device_nodes[0].gid == 100000u));
  BOOST_TEST(!plan.device_nodes[1].gid.has_value());
  plan.set_fd(plan.device_nodes[1].fd_offset, 42);
  const auto ops = items(plan, plan.init().devices);
  BOOST_TEST(ops.back().source_fd == 42);
  BOOST_TEST(text(plan, ops.back().path) == "/dev/other");
  host.in_initial_user_namespace = false;
  BOOST_TEST(!plan_of(config, host).device_nodes[0].uid.has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::plan
