#include "runtime/launch/sub_ids.h"

#include "third_party/boost_test.h"

namespace oci::launch {
namespace {

constexpr char kFile[] =
    "root:1:2\nann:100000:65536\n1000:300000:10\nann:x:5\nann:400000:0\nbob:5:\n";

SubIdRequest asked(std::span<const spec::IdMapping> mappings, std::string user = "ann") {
  return {.property = "linux.uidMappings",
          .file = "/etc/subuid",
          .text = kFile,
          .user = std::move(user),
          .uid = 1000,
          .own_id = 1000,
          .mappings = mappings};
}

BOOST_AUTO_TEST_CASE(a_user_is_there_by_name_or_by_number) {
  const std::vector<SubIds> granted = sub_ids_of(kFile, "ann", 1000);
  BOOST_REQUIRE(granted.size() == 2u);
  BOOST_TEST(granted[0].first == 100000u);
  BOOST_TEST(granted[0].count == 65536u);
  BOOST_TEST(granted[1].first == 300000u);
  BOOST_TEST(sub_ids_of(kFile, "bob", 7).empty());
  BOOST_TEST(sub_ids_of("", "ann", 1000).empty());
}

BOOST_AUTO_TEST_CASE(what_is_granted_needs_no_words) {
  const std::vector<spec::IdMapping> own = {{0, 1000, 1}, {1, 100000, 65536}, {70000, 300009, 1}};
  BOOST_TEST(missing_grants(asked(own)) == "");
}

BOOST_AUTO_TEST_CASE(the_first_that_is_not_granted_is_named_with_the_line_to_add) {
  const std::vector<spec::IdMapping> beyond = {{0, 1000, 1}, {1, 100000, 65537}};
  BOOST_TEST(missing_grants(asked(beyond)) ==
             "linux.uidMappings[1]: 100000-165536 may not be mapped: /etc/subuid gives ann "
             "100000-165535, 300000-300009; add the line ann:100000:65537, or map your own id "
             "only: oci-rt spec --rootless");
  const std::vector<spec::IdMapping> others = {{0, 7, 1}};
  SubIdRequest unknown = asked(others, "bob");
  unknown.uid = 7000;
  BOOST_TEST(missing_grants(unknown) ==
             "linux.uidMappings[0]: 7 may not be mapped: /etc/subuid has no line for bob; add the "
             "line bob:7:1, or map your own id only: oci-rt spec --rootless");
}

}  // namespace
}  // namespace oci::launch
