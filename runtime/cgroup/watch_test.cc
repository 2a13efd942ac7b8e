// Runs on an ordinary directory that looks like a cgroup v2 tree.
#include "runtime/cgroup/watch.h"

#include "runtime/testing/temp_dir.h"
#include "third_party/boost_test.h"

namespace oci::cgroup {
namespace {

struct FakeTree {
  FakeTree() {
    dir.make_dir("box");
    dir.write("box/cgroup.events", "populated 1\nfrozen 0\n");
    dir.write("box/cpu.stat", "usage_usec 1\n");
  }

  Result<Watch> open(const std::string& path = "/box") {
    return Watch::open({.mount_point = dir.path()}, path);
  }

  testing::TempDir dir;
};

BOOST_FIXTURE_TEST_SUITE(cgroup_watch, FakeTree)

BOOST_AUTO_TEST_CASE(only_kills_since_it_was_opened_are_news) {
  dir.write("box/memory.events", "oom 2\noom_kill 2\n");
  Result<Watch> watch = open();
  BOOST_REQUIRE(watch);
  BOOST_TEST(watch.value().new_oom_kills() == 0U);
  dir.write("box/memory.events", "oom 4\noom_kill 5\n");
  BOOST_TEST(watch.value().new_oom_kills() == 3U);
  BOOST_TEST(watch.value().new_oom_kills() == 0U);
}

BOOST_AUTO_TEST_CASE(without_the_memory_controller_there_is_nothing_to_wait_for) {
  Result<Watch> watch = open();
  BOOST_REQUIRE(watch);
  BOOST_TEST(watch.value().wanted()[0].fd >= 0);
  BOOST_TEST(watch.value().wanted()[1].fd == -1);
  BOOST_TEST(watch.value().new_oom_kills() == 0U);
}

BOOST_AUTO_TEST_CASE(whether_anybody_is_left) {
  Result<Watch> watch = open();
  BOOST_REQUIRE(watch);
  BOOST_TEST(watch.value().populated().value());
  dir.write("box/cgroup.events", "populated 0\nfrozen 0\n");
  BOOST_TEST(!watch.value().populated().value());
}

BOOST_AUTO_TEST_CASE(page_sizes_are_those_of_the_files) {
  for (const char* name : {"hugetlb.2MB.current", "hugetlb.2MB.rsvd.current", "hugetlb.1GB.current",
                           "hugetlb.1GB.max"}) {
    dir.write(std::string("box/") + name, "0\n");
  }
  Result<Watch> watch = open();
  BOOST_REQUIRE(watch);
  const Result<Stats> stats = watch.value().stats();
  BOOST_REQUIRE((stats && stats.value().huge_pages));
  BOOST_REQUIRE(stats.value().huge_pages->size() == 2U);
  BOOST_TEST(stats.value().huge_pages->at(0).size == "1GB");
  BOOST_TEST(stats.value().huge_pages->at(1).size == "2MB");
}

BOOST_AUTO_TEST_CASE(a_cgroup_that_is_gone) {
  const Result<Watch> missing = open("/none");
  BOOST_REQUIRE(!missing);
  BOOST_TEST((missing.error().kind() == ErrorKind::kNotFound));
  Result<Watch> watch = open();
  BOOST_REQUIRE(watch);
  ::unlink(dir.path("box/cpu.stat").c_str());
  const Result<Stats> stats = watch.value().stats();
  BOOST_REQUIRE(!stats);
  BOOST_TEST((stats.error().kind() == ErrorKind::kNotFound));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::cgroup
