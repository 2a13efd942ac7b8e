// Preconditions of tests. If one is not met, the test is skipped with the reason.
//   BOOST_AUTO_TEST_CASE(name, *boost::unit_test::precondition(testing::cgroup2_view))
#pragma once

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "third_party/boost_test.h"

namespace oci::testing {

using Met = boost::test_tools::assertion_result;

inline Met unmet(const std::string& why) {
  Met result(false);
  result.message() << why;
  return result;
}

inline Met root(boost::unit_test::test_unit_id) {
  return ::geteuid() == 0 ? Met(true) : unmet("needs root");
}

// Moves this process, once, to a private mount namespace. Its mounts are not visible outside.
inline Met private_mounts(boost::unit_test::test_unit_id id) {
  static const int failed = [] {
    if (::unshare(CLONE_NEWNS) < 0) return errno;
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) < 0) return errno;
    return 0;
  }();
  if (const Met is_root = root(id); !is_root) return is_root;
  return failed == 0 ? Met(true)
                     : unmet(std::string("needs a mount namespace: ") + std::strerror(failed));
}

// The same, with the cgroup v2 tree at /sys/fs/cgroup. It is the machine's tree: a test uses unique
// names and removes them.
inline Met cgroup2_view(boost::unit_test::test_unit_id id) {
  if (const Met is_private = private_mounts(id); !is_private) return is_private;
  static const int failed =
      ::mount("none", "/sys/fs/cgroup", "cgroup2", 0, nullptr) < 0 ? errno : 0;
  return failed == 0 ? Met(true) : unmet(std::string("needs cgroup v2: ") + std::strerror(failed));
}

}  // namespace oci::testing
