// Runs in the machine's cgroup v2 tree, in a private mount of it, below a unique name.
#include "runtime/cgroup/delegate.h"

#include <sys/stat.h>
#include <unistd.h>

#include "runtime/cgroup/fs_v2.h"
#include "runtime/testing/requires.h"
#include "third_party/boost_test.h"

namespace oci::cgroup {
namespace {

BOOST_AUTO_TEST_SUITE(delegation, *boost::unit_test::precondition(testing::cgroup2_view))

BOOST_AUTO_TEST_CASE(the_listed_files_are_given_and_no_others) {
  const std::string path = cat("/oci-rt-test-delegate-", ::getpid());
  const Result<Cgroup> made = Cgroup::create({.mount_point = "/sys/fs/cgroup"}, path, {},
                                             [](const Location&) { return Status(); });
  BOOST_REQUIRE(made);
  BOOST_TEST(!!delegate(made.value().fd(), 4321));
  const auto owner = [&](std::string_view file) {
    struct stat info = {};
    BOOST_TEST(::stat(cat("/sys/fs/cgroup", path, file).c_str(), &info) == 0);
    return info.st_uid;
  };
  for (const char* file : {"", "/cgroup.procs", "/cgroup.subtree_control", "/cgroup.threads"}) {
    BOOST_TEST(owner(file) == 4321u, file);
  }
  for (const char* file : {"/cgroup.freeze", "/cgroup.kill", "/cgroup.max.depth"}) {
    BOOST_TEST(owner(file) == 0u, file);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::cgroup
