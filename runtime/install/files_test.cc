#include "runtime/install/files.h"

#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/install/test_files.h"
#include "runtime/testing/temp_dir.h"

namespace oci::install {
namespace {

BOOST_AUTO_TEST_SUITE(install_files)

BOOST_AUTO_TEST_CASE(a_file_and_its_directories_are_made) {
  const testing::TempDir dir;
  const std::string path = dir.path("a/b/c");
  BOOST_TEST(!good(read_config_file(path)));
  BOOST_REQUIRE(change_file(path, {}, "text"));
  BOOST_TEST(good(read_config_file(path)).value() == "text");
  struct stat info = {};
  BOOST_REQUIRE(::stat(path.c_str(), &info) == 0);
  BOOST_TEST((info.st_mode & 07777) == 0644U);
  BOOST_REQUIRE(change_file(path, "text", {}));
  BOOST_TEST(!good(read_config_file(path)));
  BOOST_TEST(::rmdir(dir.path("a/b").c_str()) == 0);  // nothing else is left there
}

BOOST_AUTO_TEST_CASE(mode_owner_and_links_stay) {
  const testing::TempDir dir;
  dir.write("real", "old");
  BOOST_REQUIRE(::chmod(dir.path("real").c_str(), 0600) == 0);
  if (::geteuid() == 0) BOOST_REQUIRE(::chown(dir.path("real").c_str(), 12, 34) == 0);
  BOOST_REQUIRE(::symlink("real", dir.path("link").c_str()) == 0);
  BOOST_REQUIRE(change_file(dir.path("link"), "old", "new"));
  struct stat info = {};
  BOOST_REQUIRE(::lstat(dir.path("link").c_str(), &info) == 0);
  BOOST_TEST(S_ISLNK(info.st_mode));
  BOOST_REQUIRE(::stat(dir.path("real").c_str(), &info) == 0);
  BOOST_TEST((info.st_mode & 07777) == 0600U);
  if (::geteuid() == 0) BOOST_TEST((info.st_uid == 12 && info.st_gid == 34));
  BOOST_TEST(dir.read("real") == "new");
}

BOOST_AUTO_TEST_CASE(a_copy_is_as_secret_as_the_file) {
  const testing::TempDir dir;
  dir.write("f", "secret");
  BOOST_REQUIRE(::chmod(dir.path("f").c_str(), 0600) == 0);
  BOOST_REQUIRE(change_file(dir.path("copy"), {}, "secret", dir.path("f")));
  struct stat info = {};
  BOOST_REQUIRE(::stat(dir.path("copy").c_str(), &info) == 0);
  BOOST_TEST((info.st_mode & 07777) == 0600U);
}

BOOST_AUTO_TEST_CASE(a_file_that_somebody_else_changed_stays) {
  const testing::TempDir dir;
  dir.write("f", "theirs");
  BOOST_TEST(error_of(change_file(dir.path("f"), "old", "new")) ==
             cat("'", dir.path("f"), "' was changed by another process; try again"));
  BOOST_TEST(error_of(change_file(dir.path("f"), {}, "new")) != "no error");
  BOOST_TEST(dir.read("f") == "theirs");
}

BOOST_AUTO_TEST_CASE(a_link_to_nowhere_is_refused) {
  const testing::TempDir dir;
  BOOST_REQUIRE(::symlink("nowhere", dir.path("f").c_str()) == 0);
  BOOST_TEST(error_of(change_file(dir.path("f"), {}, "new")) ==
             cat("'", dir.path("f"), "' is a dangling link; remove it first"));
}

BOOST_AUTO_TEST_CASE(only_a_regular_file_is_read) {
  const testing::TempDir dir;
  BOOST_REQUIRE(::mkfifo(dir.path("f").c_str(), 0600) == 0);
  BOOST_TEST(error_of(read_config_file(dir.path("f"))) ==
             cat("'", dir.path("f"), "' is no regular file; remove it first"));
}

BOOST_AUTO_TEST_CASE(only_leftovers_of_the_file_are_removed) {
  const testing::TempDir dir;
  dir.write("f", "text");
  BOOST_REQUIRE(::symlink("f", dir.path("link").c_str()) == 0);
  const std::string dead = std::to_string(dead_process()), parent = std::to_string(::getppid());
  const std::vector<std::string> kept = {
      "f.oci-rt-" + parent, "f.oci-rt-", "f.oci-rt-" + dead + "x", "f.oci-rt-0",
      "f.oci-rt--" + dead,  "f." + dead, "g.oci-rt-" + dead};
  for (const std::string& name : kept)
    dir.write(name, "");
  dir.write("f.oci-rt-" + dead, "");
  dir.write(cat("f.oci-rt-", ::getpid()), "");  // of an earlier process with this id
  remove_leftovers(dir.path("link"));
  BOOST_TEST(!dir.exists("f.oci-rt-" + dead));
  BOOST_TEST(!dir.exists(cat("f.oci-rt-", ::getpid())));
  for (const std::string& name : kept)
    BOOST_TEST(dir.exists(name), name);
  BOOST_TEST(dir.read("f") == "text");

  // Written by a process in another pid namespace.
  dir.write("f.oci-rt-" + dead, "");
  const sys::UniqueFd held(::open(dir.path("f.oci-rt-" + dead).c_str(), O_RDONLY | O_CLOEXEC));
  BOOST_REQUIRE(::flock(held.get(), LOCK_EX) == 0);
  remove_leftovers(dir.path("f"));
  BOOST_TEST(dir.exists("f.oci-rt-" + dead));
  BOOST_REQUIRE(::mkfifo(dir.path("h.oci-rt-" + dead).c_str(), 0600) == 0);
  remove_leftovers(dir.path("h"));
  BOOST_TEST(dir.exists("h.oci-rt-" + dead));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::install
