#include "runtime/launch/id_maps.h"

#include <vector>

#include "third_party/boost_test.h"

namespace oci::launch {
namespace {

BOOST_AUTO_TEST_CASE(a_map_is_one_line_a_range) {
  const std::vector<spec::IdMapping> maps = {{0, 100000, 65536}, {70000, 4294967295, 1}};
  BOOST_TEST(map_text(maps) == "0 100000 65536\n70000 4294967295 1\n");
}

BOOST_AUTO_TEST_CASE(an_id_is_found_in_the_range_that_holds_it) {
  const std::string map = "         0     100000      65536\n     70000          7          1\n";
  BOOST_TEST(mapped_id(map, 0).value() == 100000u);
  BOOST_TEST(mapped_id(map, 65535).value() == 165535u);
  BOOST_TEST(!mapped_id(map, 65536));
  BOOST_TEST(mapped_id(map, 70000).value() == 7u);
  BOOST_TEST(mapped_id("         0          0 4294967295\n", 1000).value() == 1000u);
  BOOST_TEST(!mapped_id("", 0));
}

}  // namespace
}  // namespace oci::launch
