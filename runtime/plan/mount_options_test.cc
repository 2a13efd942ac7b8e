#include "runtime/plan/mount_options.h"

#include <sys/mount.h>

#include <algorithm>

#include "third_party/boost_test.h"

namespace oci::plan {
namespace {

using Options = std::vector<std::string>;

// All parameters as mount(8) would print them.
std::string data(const MountOptions& options) {
  std::string out;
  for (const MountParameter& parameter : options.parameters) {
    if (!out.empty()) out += ' ';
    out.append(parameter.key).append(parameter.has_value ? "=" : "").append(parameter.value);
  }
  return out;
}

BOOST_AUTO_TEST_SUITE(mount_options)

BOOST_AUTO_TEST_CASE(a_later_option_wins) {
  const Options ro_then_rw = {"ro", "nosuid", "rw"};
  const MountOptions options = fold_mount_options(ro_then_rw, "");
  BOOST_TEST(options.attr_set == uint64_t{MOUNT_ATTR_NOSUID});
  BOOST_TEST(options.attr_clear == uint64_t{MOUNT_ATTR_RDONLY});
}

BOOST_AUTO_TEST_CASE(defaults_says_nothing) {
  const Options given = {"defaults", "loud", "silent", "norelatime", "rnorelatime"};
  const MountOptions options = fold_mount_options(given, "");
  BOOST_TEST(options.attr_set == 0u);
  BOOST_TEST(options.attr_clear == 0u);
  BOOST_TEST(options.tree_clear == 0u);
  BOOST_TEST(options.parameters.empty());
}

BOOST_AUTO_TEST_CASE(bind_and_rbind_add_up) {
  const Options given = {"rbind", "bind"};
  BOOST_TEST(fold_mount_options(given, "").bind);
  BOOST_TEST(fold_mount_options(given, "").recursive);
  const Options single = {"bind"};
  BOOST_TEST(!fold_mount_options(single, "").recursive);
}

BOOST_AUTO_TEST_CASE(the_access_time_is_one_value_and_all_of_it_is_cleared) {
  const struct {
    Options given;
    uint64_t expected;
  } cases[] = {
      {{"noatime"}, MOUNT_ATTR_NOATIME},
      {{"strictatime"}, MOUNT_ATTR_STRICTATIME},
      {{"relatime"}, MOUNT_ATTR_RELATIME},
      {{"noatime", "strictatime"}, MOUNT_ATTR_STRICTATIME},
      {{"noatime", "relatime"}, MOUNT_ATTR_RELATIME},
      {{"noatime", "atime"}, MOUNT_ATTR_RELATIME},
      {{"noatime", "nostrictatime"}, MOUNT_ATTR_NOATIME},
      {{"strictatime", "atime"}, MOUNT_ATTR_STRICTATIME},
      {{"atime"}, MOUNT_ATTR_RELATIME},
  };
  for (const auto& [given, expected] : cases) {
    const MountOptions options = fold_mount_options(given, "");
    BOOST_TEST_CONTEXT("last option " << given.back()) {
      BOOST_TEST(options.attr_set == expected);
      BOOST_TEST(options.attr_clear == uint64_t{MOUNT_ATTR__ATIME});
    }
  }
}

BOOST_AUTO_TEST_CASE(an_r_in_front_reaches_the_mounts_below) {
  const Options given = {"rro", "rnoatime", "rnosymfollow", "rsuid"};
  const MountOptions options = fold_mount_options(given, "");
  BOOST_TEST(options.attr_set == 0u);
  BOOST_TEST(options.attr_clear == 0u);
  BOOST_TEST(options.tree_set ==
             uint64_t{MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOATIME | MOUNT_ATTR_NOSYMFOLLOW});
  BOOST_TEST(options.tree_clear == uint64_t{MOUNT_ATTR__ATIME | MOUNT_ATTR_NOSUID});
}

BOOST_AUTO_TEST_CASE(propagation_is_kept_apart_from_the_mount_itself) {
  const Options given = {"rbind", "rprivate"};
  const MountOptions options = fold_mount_options(given, "");
  BOOST_TEST(options.recursive);
  BOOST_TEST(options.propagation == uint64_t{MS_PRIVATE});
  BOOST_TEST(options.propagation_recursive);
  BOOST_TEST(options.attr_set == 0u);
}

BOOST_AUTO_TEST_CASE(flags_of_the_whole_filesystem_have_names_of_their_own) {
  const Options given = {"sync", "dirsync", "lazytime", "mand", "async"};
  const MountOptions options = fold_mount_options(given, "");
  BOOST_TEST(options.first_super.value() == 0u);
  const std::vector<std::string_view> set = {"dirsync", "mand", "lazytime"};
  BOOST_TEST(superblock_flag_names(options.super_set, 0) == set, boost::test_tools::per_element());
  const std::vector<std::string_view> both = {"async", "dirsync", "mand", "lazytime"};
  BOOST_TEST(superblock_flag_names(options.super_set, options.super_clear) == both,
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_not_known_is_cut_at_commas_for_the_filesystem) {
  const Options given = {"nosuid", "size=64k,mode=755", "newinstance", "a=b=c", "empty=", ",,"};
  const MountOptions options = fold_mount_options(given, "");
  BOOST_TEST(data(options) == "size=64k mode=755 newinstance a=b=c empty=");
  BOOST_TEST(options.parameters.front().option == 1u);
  BOOST_TEST(options.parameters.back().option == 4u);
}

BOOST_AUTO_TEST_CASE(a_value_in_quotes_keeps_its_commas) {
  const std::vector<std::string> options = {"size=1m,context=\"a:b:s0:c1,c2\",mode=700"};
  const MountOptions folded = fold_mount_options(options, "");
  BOOST_REQUIRE(folded.parameters.size() == 3u);
  BOOST_TEST(folded.parameters[1].key == "context");
  BOOST_TEST(folded.parameters[1].value == "a:b:s0:c1,c2");
  BOOST_TEST(folded.parameters[2].value == "700");
}

// A quotation mark inside a value is an ordinary character, and must be kept.
BOOST_AUTO_TEST_CASE(quotes_end_a_value_only_before_a_comma) {
  const Options given = {"a=\"b\"cd,e", "f=\"g,h\"i", "j=\"k\"", "l=m=\"n\""};
  BOOST_TEST(data(fold_mount_options(given, "")) == "a=\"b\"cd e f=\"g h\"i j=k l=m=\"n\"");
}

BOOST_AUTO_TEST_CASE(an_overlays_value_may_have_commas_behind_backslashes) {
  const Options given = {"lowerdir=/c\\,d:/e\\:f,upperdir=/u\\\\,workdir=/w", "xino=off"};
  BOOST_TEST(data(fold_mount_options(given, "overlay")) ==
             "lowerdir=/c\\,d:/e\\:f upperdir=/u\\\\ workdir=/w xino=off");
  BOOST_TEST(data(fold_mount_options(given, "ext4")) ==
             "lowerdir=/c\\ d:/e\\:f upperdir=/u\\\\ workdir=/w xino=off");
  // As other runtimes join them again.
  const Options split = {"lowerdir=/c\\", "\\,d\\", ",/e"};
  BOOST_TEST(data(fold_mount_options(split, "overlay")) == "lowerdir=/c\\,\\,d\\, /e");
}

BOOST_AUTO_TEST_CASE(a_tmpfs_value_goes_on_with_a_digit) {
  const Options given = {"mpol=bind:0,2-3,5,size=1m", "7"};
  BOOST_TEST(data(fold_mount_options(given, "tmpfs")) == "mpol=bind:0,2-3,5 size=1m,7");
  BOOST_TEST(data(fold_mount_options(given, "ext4")) == "mpol=bind:0 2-3 5 size=1m 7");
}

BOOST_AUTO_TEST_CASE(an_r_in_front_of_what_a_filesystem_has_once_means_nothing) {
  const Options given = {"rsync", "rdirsync", "rmand", "rasync", "rnomand"};
  const MountOptions options = fold_mount_options(given, "");
  BOOST_TEST(options.super_set == uint64_t{MS_DIRSYNC});
  BOOST_TEST(options.super_clear == uint64_t{MS_SYNCHRONOUS | MS_MANDLOCK});
  BOOST_TEST(options.parameters.empty());
}

BOOST_AUTO_TEST_CASE(idmap_may_have_maps) {
  const Options given = {"ridmap=uids=0-1-2;gids=3-4-5"};
  const MountOptions options = fold_mount_options(given, "");
  BOOST_TEST(options.id_map.value() == 0u);
  BOOST_TEST(options.id_map_recursive);
  BOOST_TEST(options.id_map_text == "uids=0-1-2;gids=3-4-5");
  const Options later = {"ridmap=uids=0-1-2", "idmap"};
  BOOST_TEST(fold_mount_options(later, "").id_map_text == "");
  BOOST_TEST(!fold_mount_options(later, "").id_map_recursive);
}

BOOST_AUTO_TEST_CASE(features_lists_each_applied_name_once_in_order) {
  const auto names = known_mount_options();
  BOOST_TEST(std::ranges::is_sorted(names));
  BOOST_TEST((std::ranges::adjacent_find(names) == names.end()));
  BOOST_TEST(std::ranges::binary_search(names, "rro"));
  BOOST_TEST(std::ranges::binary_search(names, "nosymfollow"));
  BOOST_TEST(std::ranges::binary_search(names, "ridmap"));
  BOOST_TEST(!std::ranges::binary_search(names, "size"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::plan
