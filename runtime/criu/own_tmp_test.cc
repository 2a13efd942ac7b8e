#include "runtime/criu/own_tmp.h"

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <string>

namespace oci::criu {
namespace {

BOOST_AUTO_TEST_SUITE(own_tmp)

BOOST_AUTO_TEST_CASE(a_path_in_tmp_is_found_by_its_name_and_by_its_links) {
  BOOST_TEST(are_outside_tmp({"", "/", "/var/tmp", "/tmpfs", "/run/missing"}));
  BOOST_TEST(!are_outside_tmp({"/run", "/tmp"}));
  BOOST_TEST(!are_outside_tmp({"/tmp/missing/images"}));
  char directory[] = "/var/tmp/oci-rt-own-tmp.XXXXXX";
  BOOST_REQUIRE(::mkdtemp(directory) != nullptr);
  const std::string link = std::string(directory) + "/link";
  BOOST_REQUIRE(::symlink("/tmp", link.c_str()) == 0);
  BOOST_TEST(!are_outside_tmp({link}));
  BOOST_TEST(are_outside_tmp({directory}));
  ::unlink(link.c_str());
  ::rmdir(directory);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::criu
