// Rules of id mappings.
#include "spec/validate/sample.h"

namespace oci::spec {
namespace {

using sample::check;
using sample::map_users;

BOOST_AUTO_TEST_SUITE(validate_ids)

constexpr auto kUser = NamespaceType::kUser;

BOOST_AUTO_TEST_CASE(mappings_and_a_user_namespace_need_each_other) {
  check({{"", map_users},
         {"linux.uidMappings: needs a user namespace in linux.namespaces\n"
          "linux.gidMappings: needs a user namespace in linux.namespaces",
          [](Config& c) {
            map_users(c);
            sample::drop_namespace(c, kUser);
          }},
         {"linux.gidMappings: expected a mapping for the new user namespace, found none",
          [](Config& c) {
            map_users(c);
            c.linux->gid_mappings.clear();
          }}});
}

BOOST_AUTO_TEST_CASE(a_joined_user_namespace_may_come_with_mappings_or_without) {
  check({{"",
          [](Config& c) {
            c.linux->namespaces.push_back({kUser, "/proc/1/ns/user"});
            c.process->user.uid = 12345;
          }},
         {"", [](Config& c) {
            map_users(c);
            c.linux->namespaces.back().path = "/proc/1/ns/user";
            c.process->user.uid = 12345;
          }}});
}

BOOST_AUTO_TEST_CASE(a_range_has_ids_and_ends_below_the_last) {
  check({{"linux.uidMappings[1].size: expected at least 1, found 0",
          [](Config& c) {
            map_users(c);
            c.linux->uid_mappings.push_back({5000, 5000, 0});
          }},
         {"linux.uidMappings[1].hostID: expected ids below 4294967295, found 4294967290 and a size "
          "of 6",
          [](Config& c) {
            map_users(c);
            c.linux->uid_mappings.push_back({5000, 4294967290, 6});
          }},
         {"", [](Config& c) {
            map_users(c);
            c.linux->uid_mappings = {{0, 0, 4294967295}};
          }}});
}

BOOST_AUTO_TEST_CASE(ranges_do_not_overlap_on_either_side) {
  check({{"linux.uidMappings[1].containerID: expected ranges that do not overlap, found an overlap "
          "with [0]",
          [](Config& c) {
            map_users(c);
            c.linux->uid_mappings.push_back({999, 5000, 1});
          }},
         {"linux.gidMappings[1].hostID: expected ranges that do not overlap, found an overlap with "
          "[0]",
          [](Config& c) {
            map_users(c);
            c.linux->gid_mappings.push_back({1000, 99999, 2});
          }},
         {"", [](Config& c) {
            map_users(c);
            c.linux->uid_mappings = {{1000, 101000, 1}, {0, 100000, 1000}, {1001, 1, 99999}};
          }}});
}

BOOST_AUTO_TEST_CASE(more_mappings_than_the_kernel_takes_are_refused) {
  Config config = sample::config();
  map_users(config);
  config.linux->uid_mappings.clear();
  for (uint32_t i = 0; i < 340; ++i)
    config.linux->uid_mappings.push_back({i, 1000 + i, 1});
  BOOST_TEST(sample::problems(config) == "");
  config.linux->uid_mappings.push_back({340, 9999, 1});
  BOOST_TEST(sample::problems(config) ==
             "linux.uidMappings: expected at most 340 mappings, found 341");
}

// To setresuid(2) it means "do not change": the program would stay root.
BOOST_AUTO_TEST_CASE(minus_one_is_nobodys_id) {
  check(
      {{"process.user.uid: expected an id below 4294967295, which means 'no id', found 4294967295",
        [](Config& c) { c.process->user.uid = 4294967295; }},
       {"process.user.additionalGids[0]: expected an id below 4294967295, which means 'no id', "
        "found 4294967295",
        [](Config& c) { c.process->user.additional_gids = {4294967295}; }}});
}

BOOST_AUTO_TEST_CASE(the_ids_of_the_process_are_mapped) {
  check({{"process.user.uid: expected an id of linux.uidMappings, found 1000",
          [](Config& c) {
            map_users(c);
            c.process->user.uid = 1000;
          }},
         {"process.user.gid: expected an id of linux.gidMappings, found 4294967294",
          [](Config& c) {
            map_users(c);
            c.process->user.gid = 4294967294;
          }},
         {"process.user.additionalGids[1]: expected an id of linux.gidMappings, found 1000",
          [](Config& c) {
            map_users(c);
            c.process->user.additional_gids = {999, 1000};
          }}});
}

BOOST_AUTO_TEST_CASE(mappings_of_a_mount_keep_to_the_same_rules) {
  check({{"mounts[0].uidMappings[0].size: expected at least 1, found 0",
          [](Config& c) {
            c.mounts[0].uid_mappings = {{0, 0, 0}};
            c.mounts[0].gid_mappings = {{0, 0, 1}};
          }},
         {"mounts[0].gidMappings: missing: this property is required together with uidMappings",
          [](Config& c) {
            c.mounts[0].uid_mappings = {{0, 0, 1}};
          }}});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::spec
