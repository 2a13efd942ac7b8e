#include "runtime/criu/mounts.h"

#include "third_party/boost_test.h"

namespace oci::criu {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

// A container with its rootfs in /srv/c of 8:1, as mountinfo shows it inside.
constexpr char kInside[] =
    "101 77 8:1 /srv/c / rw,relatime master:1 - ext4 /dev/vda rw\n"
    "103 101 0:48 / /proc rw,relatime - proc proc rw\n"
    "104 101 0:49 / /dev rw,nosuid - tmpfs tmpfs rw\n"
    "108 101 0:52 / /sys ro - sysfs sysfs ro\n"
    "109 108 0:38 / /sys/fs/cgroup ro - cgroup2 cgroup rw\n"
    "110 101 8:1 /srv/volume /my\\040data rw shared:3 - ext4 /dev/vda rw\n"
    "111 110 8:2 / /my\\040data/below rw - ext4 /dev/vdb rw\n"
    "112 101 8:1 /srv/c/etc /etc ro - ext4 /dev/vda rw\n"
    "113 101 0:60 / /shm rw - tmpfs shm rw\n"
    "114 103 0:6 /null /proc/keys ro - devtmpfs devtmpfs rw\n"
    "115 103 0:53 / /proc/acpi ro - tmpfs tmpfs ro\n";

constexpr char kOutside[] =
    "20 1 8:1 / / rw - ext4 /dev/vda rw\n"
    "21 20 8:2 / /srv/volume/below rw - ext4 /dev/vdb rw\n"
    "22 20 0:6 / /dev rw - devtmpfs devtmpfs rw\n"
    "23 20 0:52 / /sys rw - sysfs sysfs rw\n"
    "24 23 0:38 / /sys/fs/cgroup rw - cgroup2 cgroup rw\n"
    "25 20 0:60 / /run/shm rw - tmpfs shm rw\n"
    "not a mount\n";

spec::Config config() {
  spec::Config made;
  made.linux.emplace();
  made.mounts = {
      {.destination = "/my data", .type = "none", .source = "/srv/volume", .options = {"rbind"}},
      {.destination = "/shm", .type = "bind", .source = "/run/shm"}};
  return made;
}

BOOST_AUTO_TEST_SUITE(mounts)

BOOST_AUTO_TEST_CASE(lines_are_read) {
  const std::vector<MountLine> lines = parse_mountinfo(kInside);
  BOOST_TEST_REQUIRE(lines.size() == 11U);
  BOOST_TEST(lines[0].type == "ext4");
  BOOST_TEST(lines[5].point == "/my data");
  BOOST_TEST(lines[5].root == "/srv/volume");
  BOOST_TEST(lines[5].device == "8:1");
  BOOST_TEST(lines[5].id == "110");
  BOOST_TEST(parse_mountinfo(kOutside).size() == 6U);
}

// The volumes, the mounts below them, and masks. Not the kernel's own file systems, which CRIU
// makes anew, and not parts of the rootfs.
BOOST_AUTO_TEST_CASE(the_mounts_of_the_host_are_found) {
  const Pairs expected = {{"/my data", "/my data"},
                          {"/my data/below", "/my data/below"},
                          {"/shm", "/shm"},
                          {"/proc/keys", "/dev/null"}};
  const Pairs found =
      external_mounts(parse_mountinfo(kInside), parse_mountinfo(kOutside), config());
  BOOST_TEST((found == expected));
}

// The host may be a container itself, with a tmpfs for its devices, or with the device alone.
BOOST_AUTO_TEST_CASE(the_null_device_of_any_host_is_known) {
  const auto names = [](std::string_view inside, std::string_view outside) {
    return external_mounts(parse_mountinfo(inside), parse_mountinfo(outside), spec::Config());
  };
  const Pairs masked = {{"/m", "/dev/null"}}, other = {{"/m", "/m"}};
  constexpr char kRoot[] = "1 0 8:1 / / rw - ext4 a rw\n";
  BOOST_TEST((names("2 1 0:40 /null /m ro - tmpfs t rw\n",
                    cat(kRoot, "2 1 0:40 / /dev rw - tmpfs t rw\n")) == masked));
  BOOST_TEST((names("2 1 0:41 /d/null /m ro - tmpfs t rw\n",
                    cat(kRoot, "2 1 0:40 / /dev rw - tmpfs t rw\n",
                        "3 2 0:41 /d/null /dev/null rw - tmpfs t rw\n")) == masked));
  BOOST_TEST((names("2 1 8:1 /dev/null /m ro - ext4 a rw\n", kRoot) == masked));
  BOOST_TEST((names("2 1 0:40 /zero /m ro - tmpfs t rw\n",
                    cat(kRoot, "2 1 0:40 / /dev rw - tmpfs t rw\n")) == other));
}

// A source may be unmounted since then.
BOOST_AUTO_TEST_CASE(a_volume_is_one_even_where_the_host_no_longer_has_it) {
  const Pairs found = external_mounts(parse_mountinfo(kInside), {}, config());
  const Pairs expected = {{"/my data", "/my data"}, {"/shm", "/shm"}};
  BOOST_TEST((found == expected));
}

BOOST_AUTO_TEST_CASE(sources_are_those_of_the_config) {
  const Pairs expected = {{"/dev/null", "/dev/null"},
                          {"/my data", "/srv/volume"},
                          {"/my data/below", "/srv/volume/below"},
                          {"/shm", "/run/shm"},
                          {"/dev/fuse", "/dev/fuse"}};
  const Pairs found = sources_of({{.place = "/my data", .source = "/srv/volume", .recursive = true},
                                  {.place = "/shm", .source = "/run/shm"}},
                                 parse_mountinfo(kOutside), {"/dev/fuse"});
  BOOST_TEST((found == expected));
}

BOOST_AUTO_TEST_CASE(a_recursive_volume_of_the_root_has_all_mounts) {
  const Pairs found = sources_of({{.place = "/host", .source = "/", .recursive = true}},
                                 parse_mountinfo("1 0 8:1 / / rw - ext4 a rw\n"
                                                 "2 1 8:2 / /srv rw - ext4 b rw\n"),
                                 {});
  const Pairs expected = {{"/dev/null", "/dev/null"}, {"/host", "/"}, {"/host/srv", "/srv"}};
  BOOST_TEST((found == expected));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::criu
