#include "runtime/sys/program.h"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <fstream>

using oci::sys::find_helper;
using oci::sys::find_program;

namespace {

struct Dirs {
  std::string top = "/tmp/oci-rt-program.XXXXXX";
  Dirs() {
    BOOST_REQUIRE(::mkdtemp(top.data()) != nullptr);
    for (const char* dir : {"/a", "/b", "/b/tool"})
      BOOST_REQUIRE(::mkdir((top + dir).c_str(), 0755) == 0);
    file("/a/plain", 0644);
    file("/b/plain", 0755);
    file("/a/both", 0755);
    file("/b/both", 0755);
  }
  ~Dirs() {
    for (const char* name : {"/a/plain", "/b/plain", "/a/both", "/b/both"})
      ::unlink((top + name).c_str());
    for (const char* dir : {"/b/tool", "/a", "/b", ""})
      ::rmdir((top + dir).c_str());
  }
  void file(const char* name, mode_t mode) const {
    std::ofstream(top + name) << "#!/bin/sh\n";
    BOOST_REQUIRE(::chmod((top + name).c_str(), mode) == 0);
  }
  std::string path() const { return ":" + top + "/none:" + top + "/a:" + top + "/b"; }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(program, Dirs)

BOOST_AUTO_TEST_CASE(the_first_directory_wins) {
  BOOST_TEST(find_program("both", path()) == top + "/a/both");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_executed_is_passed_over) {
  BOOST_TEST(find_program("plain", path()) == top + "/b/plain");
  BOOST_TEST(find_program("tool", path()) == "");
}

BOOST_AUTO_TEST_CASE(a_relative_directory_is_none) {
  BOOST_REQUIRE(::chdir(top.c_str()) == 0);
  BOOST_TEST(find_program("both", "a:./a::.") == "");
  BOOST_REQUIRE(::chdir("/") == 0);
}

BOOST_AUTO_TEST_CASE(a_helper_beside_the_runtime_wins) {
  BOOST_TEST(find_helper(top + "/b/oci-rt", "both") == top + "/b/both");
  BOOST_TEST(find_helper(top + "/a/oci-rt", "plain") == "");  // no program, and not installed
  BOOST_TEST(find_helper(top + "/b/oci-rt", "tool") == "");
}

BOOST_AUTO_TEST_CASE(the_program_of_this_process_is_known) {
  BOOST_TEST(oci::sys::is_program(oci::sys::own_program()));
}

BOOST_AUTO_TEST_SUITE_END()
