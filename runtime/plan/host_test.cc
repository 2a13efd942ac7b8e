#include "runtime/plan/host.h"

#include <sys/stat.h>
#include <unistd.h>

#include "third_party/boost_test.h"

namespace oci::plan {
namespace {

BOOST_AUTO_TEST_SUITE(host)

BOOST_AUTO_TEST_CASE(the_machine_is_described_within_what_is_possible) {
  const Host host = read_host({});
  BOOST_TEST(host.euid == ::geteuid());
  BOOST_TEST(host.capabilities.last >= 40u);  // CAP_CHECKPOINT_RESTORE, Linux 5.9
  BOOST_TEST(host.capabilities.last < 64u);
  BOOST_TEST(host.capabilities.bounding >> (host.capabilities.last + 1) == 0u);
  BOOST_TEST(host.stack_limit > 0u);
}

BOOST_AUTO_TEST_CASE(what_the_config_does_not_need_is_not_asked) {
  BOOST_TEST(read_host({}).cgroup2_mount_point == "");
  spec::Config many;
  many.mounts.resize(1001);
  BOOST_TEST(read_host(many).mount_max > 1000u);
}

BOOST_AUTO_TEST_CASE(the_initial_cgroup_namespace_is_known_by_its_file) {
  const auto joins = [](const char* path) {
    spec::Config config;
    config.mounts = {{.destination = "/c", .type = "cgroup", .source = "cgroup"}};
    config.linux.emplace();
    config.linux->namespaces = {{.type = spec::NamespaceType::kCgroup, .path = path}};
    return read_host(config).joins_initial_cgroup_namespace;
  };
  struct stat ours = {};
  BOOST_REQUIRE(::stat("/proc/self/ns/cgroup", &ours) == 0);
  BOOST_TEST(joins("/proc/self/ns/cgroup") == (ours.st_ino == 4026531835));
  BOOST_TEST(!joins("/proc/self/ns/uts"));
  BOOST_TEST(!joins("/nowhere"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::plan
