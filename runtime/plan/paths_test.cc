#include "runtime/plan/paths.h"

#include "third_party/boost_test.h"

namespace oci::plan {
namespace {

BOOST_AUTO_TEST_SUITE(paths)

BOOST_AUTO_TEST_CASE(a_path_in_the_container_is_cleaned_and_stays_below_its_root) {
  BOOST_TEST(clean_in_root("/proc") == "/proc");
  BOOST_TEST(clean_in_root("proc") == "/proc");
  BOOST_TEST(clean_in_root("//a//b/./c/") == "/a/b/c");
  BOOST_TEST(clean_in_root("/a/b/../c") == "/a/c");
  BOOST_TEST(clean_in_root("/a/../../../etc") == "/etc");
  BOOST_TEST(clean_in_root("..") == "/");
  BOOST_TEST(clean_in_root("/a/..") == "/");
  BOOST_TEST(clean_in_root("") == "/");
  BOOST_TEST(clean_in_root("/..a/...") == "/..a/...");
}

BOOST_AUTO_TEST_CASE(a_path_on_the_host_is_relative_to_the_bundle_and_keeps_its_dot_dots) {
  BOOST_TEST(on_host("/b", "rootfs") == "/b/rootfs");
  BOOST_TEST(on_host("/b/", "./rootfs/") == "/b/rootfs");
  BOOST_TEST(on_host("/b", "/rootfs") == "/rootfs");
  BOOST_TEST(on_host("/b", "../rootfs") == "/b/../rootfs");
  BOOST_TEST(on_host("/b", "/") == "/");
  BOOST_TEST(on_host("/", "rootfs") == "/rootfs");
}

BOOST_AUTO_TEST_CASE(below_is_told_by_whole_components) {
  BOOST_TEST(is_below("/b/rootfs", "/b/rootfs"));
  BOOST_TEST(is_below("/b/rootfs/data", "/b/rootfs"));
  BOOST_TEST(!is_below("/b/rootfs2", "/b/rootfs"));
  BOOST_TEST(!is_below("/b", "/b/rootfs"));
  BOOST_TEST(!is_below("/b/rootfs/../secret", "/b/rootfs"));
}

BOOST_AUTO_TEST_CASE(a_relative_directory_is_below_the_working_directory) {
  BOOST_TEST(in_directory("/work", "/bin", "sh") == "/bin/sh");
  BOOST_TEST(in_directory("/work", "/bin/", "sh") == "/bin/sh");
  BOOST_TEST(in_directory("/work", "bin", "sh") == "/work/bin/sh");
  BOOST_TEST(in_directory("/work", "", "sh") == "/work/sh");
  BOOST_TEST(in_directory("/", "", "./sh") == "/./sh");
  BOOST_TEST(in_directory("/work", "/bin", "/usr/bin/sh") == "/usr/bin/sh");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::plan
