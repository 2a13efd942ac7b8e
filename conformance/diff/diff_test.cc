// Tests of the facts that the differential mode compares or ignores.
#include "conformance/diff/compare.h"
#include "third_party/boost_test.h"

namespace oci::conformance {
namespace {

Observation flat(const char* facts) {
  return flatten(parse_json("facts", facts), "/work/box", "id7");
}

BOOST_AUTO_TEST_SUITE(Differential)

BOOST_AUTO_TEST_CASE(mounts_are_named_by_their_target) {
  const Observation seen = flat(
      R"({"mountinfo": ["21 20 0:5 /x/work/box/src /data ro,nosuid master:7 - ext4 /dev/vda rw"]})");
  BOOST_TEST(seen.at("/mounts/data/root") == "BUNDLE/src");
  BOOST_TEST(seen.at("/mounts/data/options") == "nosuid,ro");
  BOOST_TEST(seen.at("/mounts/data/propagation") == "master");
}

BOOST_AUTO_TEST_CASE(a_second_mount_on_a_target_has_a_number) {
  const Observation seen =
      flat(R"({"mountinfo": ["1 2 0:5 / /a rw - tmpfs a rw", "3 1 0:6 / /a ro - tmpfs b rw"]})");
  BOOST_TEST(seen.at("/mounts/a/source") == "a");
  BOOST_TEST(seen.at("/mounts/a#2/source") == "b");
}

BOOST_AUTO_TEST_CASE(times_and_process_ids_are_not_compared) {
  const auto found = compare(flat(R"({"pid": 12, "ppid": 3, "sid": 12, "monotonic": 5})"),
                             flat(R"({"pid": 13, "ppid": 4, "sid": 13, "monotonic": 6})"));
  BOOST_TEST(found.empty());
}

BOOST_AUTO_TEST_CASE(being_pid_1_is_compared) {
  BOOST_TEST(compare(flat(R"({"pid": 1})"), flat(R"({"pid": 13})")).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_fact_of_one_side_only_is_a_difference) {
  const auto found = compare(flat(R"({"env": ["A=1", "B=2"]})"), flat(R"({"env": ["A=1"]})"));
  BOOST_TEST_REQUIRE(found.size() == 1U);
  BOOST_TEST(found[0].path == "/env/B");
  BOOST_TEST(found[0].left == "2");
  BOOST_TEST(found[0].right == "(none)");
}

BOOST_AUTO_TEST_CASE(a_refusal_hides_no_facts_behind_it) {
  const auto found = compare({{"/accepted", "true"}, {"/umask", "18"}}, {{"/accepted", "false"}});
  BOOST_TEST_REQUIRE(found.size() == 1U);
  BOOST_TEST(found[0].path == "/accepted");
}

BOOST_AUTO_TEST_CASE(the_containers_id_is_the_same_everywhere) {
  BOOST_TEST(flat(R"({"cgroup": ["0::/id7"]})").at("/cgroup") == R"(["0::/ID"])");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::conformance
