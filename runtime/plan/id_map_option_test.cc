#include "runtime/plan/id_map_option.h"

#include "third_party/boost_test.h"

namespace oci::plan {
namespace {

using Mappings = std::vector<spec::IdMapping>;

const Mappings kUsers = {{0, 0, 1}, {1, 2, 1000}, {1001, 50000, 10}};
const Mappings kGroups = {{0, 7000, 100}};

// "uids; gids" in the format of uid_map, or the error.
std::string parsed(std::string_view text) {
  const auto option = parse_id_map_option(text, kUsers, kGroups);
  if (!option) return option.error().message();
  std::string out;
  for (const Mappings& maps : {option.value().uids, option.value().gids}) {
    for (const spec::IdMapping& map : maps)
      out += cat(map.container_id, " ", map.host_id, " ", map.size, ",");
    out += ";";
  }
  return out;
}

BOOST_AUTO_TEST_SUITE(id_map_option)

BOOST_AUTO_TEST_CASE(each_triplet_is_a_range) {
  BOOST_TEST(parsed("uids=0-1-10#10-11-10;gids=0-100-10") == "0 1 10,10 11 10,;0 100 10,;");
  BOOST_TEST(parsed("gids=5-6-7;uids=0-4294967294-1") == "0 4294967294 1,;5 6 7,;");
}

// The example of crun(1), and one across several ranges.
BOOST_AUTO_TEST_CASE(an_at_sign_makes_it_relative_to_the_containers_maps) {
  BOOST_TEST(parsed("uids=@1-3-10;gids=@0-5-2#9-9-1") == "1 4 10,;0 7005 2,9 9 1,;");
  BOOST_TEST(parsed("uids=@0-999-5;gids=@0-0-1") == "0 1000 2,2 50000 3,;0 7000 1,;");
}

BOOST_AUTO_TEST_CASE(what_is_no_map_is_refused) {
  BOOST_TEST(parsed("uids=0-1;gids=0-1-1") == "'0-1' is not three numbers, as 0-1000-10");
  for (const char* triplet :
       {"0-1-0", "-1-1-1", "0-1-2-3", "a-1-1", "0--1", "0-1-4294967296", "@", ""}) {
    BOOST_TEST(parsed(cat("uids=0-0-1#", triplet, "#0-0-1;gids=0-0-1")) ==
               cat("'", triplet, "' is not three numbers, as 0-1000-10"));
  }
  BOOST_TEST(parsed("pids=0-0-1") == "'pids=0-0-1' is neither uids= nor gids=");
  BOOST_TEST(parsed("uids=0-0-1") == "'' needs both uids= and gids=");
  BOOST_TEST(parsed("uids=@0-1010-2;gids=0-0-1") ==
             "'@0-1010-2' goes beyond the ids that linux.uidMappings or gidMappings map");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::plan
