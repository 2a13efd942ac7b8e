#include "runtime/launch/id_maps.h"

#include <vector>

#include "third_party/boost_test.h"

namespace oci::launch {
namespace {

BOOST_AUTO_TEST_CASE(a_map_is_one_line_a_range) {
  const std::vector<spec::IdMapping> maps = {{0, 100000, 65536}, {70000, 4294967295, 1}};
  BOOST_TEST(map_text(maps) == "0 100000 65536\n70000 4294967295 1\n");
}

}  // namespace
}  // namespace oci::launch
