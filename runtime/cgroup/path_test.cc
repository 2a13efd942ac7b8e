#include "runtime/cgroup/path.h"

#include "third_party/boost_test.h"

namespace oci::cgroup {
namespace {

std::string placed(const std::optional<std::string>& path) {
  Result<std::string> result = resolve_cgroups_path(path, "web1");
  return result ? result.value() : result.error().message();
}

BOOST_AUTO_TEST_CASE(without_a_path_the_id_names_the_cgroup) {
  BOOST_TEST(placed(std::nullopt) == "/web1");
  BOOST_TEST(placed("") == "/web1");
}

BOOST_AUTO_TEST_CASE(absolute_and_relative_paths_start_at_the_mount) {
  BOOST_TEST(placed("/libpod_parent/libpod-1") == "/libpod_parent/libpod-1");
  BOOST_TEST(placed("kubepods/besteffort/x") == "/kubepods/besteffort/x");
}

BOOST_AUTO_TEST_CASE(a_path_is_cleaned) {
  BOOST_TEST(placed("//a/./b///c/") == "/a/b/c");
}

BOOST_AUTO_TEST_CASE(a_colon_alone_is_an_ordinary_character) {
  BOOST_TEST(placed("/a:b:c") == "/a:b:c");
  BOOST_TEST(placed("a:b") == "/a:b");
}

BOOST_AUTO_TEST_CASE(no_path_leaves_its_place) {
  BOOST_TEST(placed("/a/../../b") == "linux.cgroupsPath: '/a/../../b' must not contain '..'");
  BOOST_TEST(placed("..") == "linux.cgroupsPath: '..' must not contain '..'");
}

BOOST_AUTO_TEST_CASE(the_root_is_no_place_for_a_container) {
  BOOST_TEST(placed("/./") ==
             "linux.cgroupsPath: '/./' is the root of the cgroup tree; name a cgroup below it");
}

BOOST_AUTO_TEST_CASE(without_systemd_its_paths_are_names) {
  BOOST_TEST(placed("system.slice:docker:1") == "/system.slice:docker:1");
  BOOST_TEST(has_scope_form("system.slice:docker:1"));
  BOOST_TEST(!has_scope_form("/a:b:c"));
  BOOST_TEST(!has_scope_form("a:b"));
}

BOOST_AUTO_TEST_CASE(names_that_the_kernel_uses_or_refuses_are_refused) {
  BOOST_TEST(!resolve_cgroups_path("/a/cgroup.procs", "web1"));
  BOOST_TEST(!resolve_cgroups_path("/a\nb", "web1"));
  BOOST_TEST(!resolve_cgroups_path(std::string("/a\0b", 4), "web1"));
  BOOST_TEST(!resolve_cgroups_path("/" + std::string(256, 'x'), "web1"));
  BOOST_TEST(!!resolve_cgroups_path("/" + std::string(255, 'x'), "web1"));
  std::string deep;
  while (deep.size() < 4000)
    deep += "/x";
  BOOST_TEST(!resolve_cgroups_path(deep, "web1"));
}

}  // namespace
}  // namespace oci::cgroup
