#include "runtime/start/real_path.h"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <string>

#include "runtime/testing/temp_dir.h"
#include "third_party/boost_test.h"

namespace oci::start {
namespace {

// "PATH", or "errno N".
std::string mine(const std::string& path) {
  char out[PATH_MAX];
  const int error = real_path(path.c_str(), out);
  return error == 0 ? out : "errno " + std::to_string(error);
}

std::string theirs(const std::string& path) {
  char out[PATH_MAX];
  return ::realpath(path.c_str(), out) != nullptr ? out : "errno " + std::to_string(errno);
}

BOOST_AUTO_TEST_SUITE(real_paths)

BOOST_AUTO_TEST_CASE(agree_with_the_c_library) {
  const testing::TempDir temp;
  const std::string top = temp.path();
  BOOST_REQUIRE(::mkdir((top + "/dir").c_str(), 0755) == 0);
  BOOST_REQUIRE(::mkdir((top + "/dir/below").c_str(), 0755) == 0);
  std::ofstream(top + "/file") << "text";
  const auto link = [&](const std::string& target, const std::string& name) {
    BOOST_REQUIRE(::symlink(target.c_str(), (top + "/" + name).c_str()) == 0);
  };
  link("dir/below", "relative");
  link(top + "/dir", "absolute");
  link("../dir", "dir/up");
  link("loop", "loop");
  link("nowhere", "dangling");
  link("file/", "file_as_dir");
  link("/", "root");
  link("file", "to_file");
  const std::string words[] = {"",
                               "/",
                               "//",
                               ".",
                               "..",
                               "dir",
                               "dir/",
                               "dir//below/",
                               "./dir/../dir",
                               "file",
                               "file/",
                               "file/.",
                               "file/..",
                               "file/x",
                               "relative",
                               "relative/..",
                               "relative/",
                               "to_file/",
                               "to_file//",
                               "absolute/below",
                               "dir/up/up/up/below",
                               "loop",
                               "loop/x",
                               "dangling",
                               "missing/..",
                               "file_as_dir",
                               "root",
                               "root/proc/self/..",
                               "absolute/../file",
                               std::string(300, 'n')};
  for (const std::string& word : words)
    BOOST_TEST(mine(top + "/" + word) == theirs(top + "/" + word), word);
  BOOST_REQUIRE(::chdir((top + "/dir").c_str()) == 0);
  for (const std::string& word : words)
    BOOST_TEST(mine(word) == theirs(word), word);
  BOOST_REQUIRE(::chdir("/") == 0);
  for (const std::string& word : words)
    BOOST_TEST(mine(word) == theirs(word), word);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::start
