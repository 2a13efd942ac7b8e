#include "runtime/lifecycle/shared_mounts.h"

#include "third_party/boost_test.h"

namespace oci::lifecycle {
namespace {

using Ids = std::vector<uint64_t>;

// The host's mounts: 5 is a peer group of its own, 7 a group that it is a slave of.
constexpr std::string_view kOurs =
    "21 1 8:1 / / rw,relatime shared:5 - ext4 /dev/sda1 rw\n"
    "22 21 0:20 / /a\\040b rw master:7 propagate_from:5 - tmpfs none rw\n"
    "23 21 0:21 / /c rw - tmpfs none rw\n";

constexpr std::string_view kTheirs =
    "90 80 8:1 /rootfs / rw shared:9 master:5 - overlay none rw\n"
    "91 90 8:1 /data /data rw shared:5 - ext4 /dev/sda1 rw\n"
    "92 91 0:30 / /data/in rw - tmpfs none rw\n"
    "93 90 0:20 / /other rw shared:7 - tmpfs none rw\n"
    "94 90 0:31 / /own rw unbindable - tmpfs shared:5 rw\n";

BOOST_AUTO_TEST_SUITE(shared_mounts)

BOOST_AUTO_TEST_CASE(a_mount_on_a_peer_or_a_master_of_ours_shows) {
  BOOST_TEST(outward_mounts(kOurs, kTheirs, Change::kMountOn) == (Ids{91, 93}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_unmount_shows_by_the_mount_it_was_on) {
  BOOST_TEST(outward_mounts(kOurs, kTheirs, Change::kUnmount) == (Ids{92}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(where_nothing_is_shared_nothing_shows) {
  BOOST_TEST(
      outward_mounts("23 21 0:21 / /c rw - tmpfs none rw\n", kTheirs, Change::kMountOn).empty());
  BOOST_TEST(outward_mounts("", "", Change::kUnmount).empty());
  BOOST_TEST(outward_mounts("x", "1", Change::kMountOn).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::lifecycle
