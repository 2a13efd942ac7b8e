#include "runtime/resctrl/schemata.h"

#include "third_party/boost_test.h"

namespace oci::resctrl {
namespace {

BOOST_AUTO_TEST_SUITE(schemata)

BOOST_AUTO_TEST_CASE(everything_is_written_in_the_order_of_the_specification) {
  BOOST_TEST(schemata_of({.schemata = {"L2:0=f", "MB:1=20"},
                          .l3_cache_schema = "L3:0=ff;1=f",
                          .mem_bw_schema = "MB:0=50"}) ==
             "L3:0=ff;1=f\nMB:0=50\nL2:0=f\nMB:1=20\n");
  BOOST_TEST(schemata_of({.l3_cache_schema = "L3:0=ff"}) == "L3:0=ff\n");
  BOOST_TEST(schemata_of({}) == "");
}

BOOST_AUTO_TEST_CASE(bandwidth_among_the_cache_lines_gives_way_to_its_own_property) {
  BOOST_TEST(schemata_of({.l3_cache_schema = "L3:0=ff\nMB:0=10", .mem_bw_schema = "MB:0=50"}) ==
             "L3:0=ff\nMB:0=50\n");
  BOOST_TEST(schemata_of({.l3_cache_schema = "L3:0=ff\nMB:0=10"}) == "L3:0=ff\nMB:0=10\n");
}

BOOST_AUTO_TEST_CASE(what_is_there_may_say_more_and_say_it_otherwise) {
  const char present[] = "    L3:0=000ff;1=0000f\n    MB:0= 50;1=100\n";
  BOOST_TEST(!!compare("L3:1=f;0=FF\n", present));
  BOOST_TEST(!!compare("L3:0=0ff\nMB:0=50\n", present));
  BOOST_TEST(!!compare("", present));
  BOOST_TEST(!!compare("MB:1=100", present));
}

BOOST_AUTO_TEST_CASE(a_difference_is_named) {
  const char present[] = "L3:0=ff;1=f\nMB:0=50\n";
  BOOST_TEST(compare("L3:0=f", present).error().message() ==
             "the class of service exists, and its schemata has another L3 for domain 0");
  BOOST_TEST(compare("MB:1=50", present).error().message() ==
             "the class of service exists, and its schemata has no MB for domain 1");
  BOOST_TEST(!compare("L2:0=f", present));
  BOOST_TEST(!compare("MB:0=500", present));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::resctrl
