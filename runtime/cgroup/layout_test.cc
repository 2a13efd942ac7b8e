#include "runtime/cgroup/layout.h"

#include "third_party/boost_test.h"

namespace oci::cgroup {
namespace {

constexpr char kRoot[] = "23 1 254:0 / / rw shared:1 - ext4 /dev/vda rw\n";
constexpr char kV1[] = "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n";

BOOST_AUTO_TEST_CASE(a_cgroup2_mount_anywhere_is_found) {
  const Result<Layout> layout = layout_from_mountinfo(
      cat(kRoot, "41 23 0:38 / /mnt/my\\040groups rw master:2 - cgroup2 none rw\n"));
  BOOST_REQUIRE(layout);
  BOOST_TEST(layout.value().mount_point == "/mnt/my groups");
  BOOST_TEST(!layout.value().hybrid);
}

BOOST_AUTO_TEST_CASE(v1_hierarchies_beside_it_make_it_hybrid) {
  const Result<Layout> layout =
      layout_from_mountinfo(cat(kV1, "41 31 0:38 / /cg2 rw - cgroup2 cgroup2 rw\n"));
  BOOST_REQUIRE(layout);
  BOOST_TEST(layout.value().mount_point == "/cg2");
  BOOST_TEST(layout.value().hybrid);
}

BOOST_AUTO_TEST_CASE(the_first_cgroup2_mount_counts) {
  const Result<Layout> layout = layout_from_mountinfo(
      "1 0 0:1 / /a rw - cgroup2 x rw\n"
      "2 0 0:1 / /b rw - cgroup2 x rw\n");
  BOOST_TEST(layout.value().mount_point == "/a");
}

BOOST_AUTO_TEST_CASE(v1_alone_is_refused_with_a_way_out) {
  const Result<Layout> layout = layout_from_mountinfo(cat(kRoot, kV1));
  BOOST_REQUIRE(!layout);
  BOOST_TEST((layout.error().kind() == ErrorKind::kUnsupported));
  BOOST_TEST(layout.error().message().find("cgroup v1 only") != std::string::npos);
  BOOST_TEST(layout.error().message().find("--cgroup-manager=disabled") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(no_cgroups_at_all_is_another_error) {
  const Result<Layout> layout = layout_from_mountinfo(kRoot);
  BOOST_REQUIRE(!layout);
  BOOST_TEST(layout.error().message().find("no cgroup file system") != std::string::npos);
}

constexpr char kProcCgroups[] =
    "#subsys_name\thierarchy\tnum_cgroups\tenabled\n"
    "memory\t4\t12\t1\nblkio\t7\t1\t1\nhugetlb\t0\t5\t1\ncpuset\t0\t1\t0\n";

BOOST_AUTO_TEST_CASE(who_holds_a_missing_controller_is_told) {
  BOOST_TEST(why_missing("memory", kProcCgroups) ==
             "the memory controller is not in the cgroup v2 tree (a v1 hierarchy holds it)");
  BOOST_TEST(why_missing("io", kProcCgroups) ==
             "the io controller is not in the cgroup v2 tree (a v1 hierarchy holds it)");
  BOOST_TEST(why_missing("hugetlb", kProcCgroups) ==
             "the hugetlb controller is not enabled for this part of the cgroup tree");
  BOOST_TEST(why_missing("cpuset", kProcCgroups) ==
             "the cpuset controller is disabled on the kernel command line");
  BOOST_TEST(why_missing("pids", kProcCgroups) == "this kernel has no pids controller");
}

}  // namespace
}  // namespace oci::cgroup
