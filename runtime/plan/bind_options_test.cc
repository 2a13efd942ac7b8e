// Mapped ids, and bind mounts of links and on links.
#include <sys/mount.h>

#include "runtime/plan/test_plan.h"

namespace oci::plan {
namespace {

using spec::NamespaceType;
using wire::MountOp;

BOOST_AUTO_TEST_SUITE(bind_options)

BOOST_AUTO_TEST_CASE(the_parent_maps_the_ids_of_what_is_bound) {
  const std::vector<spec::IdMapping> uids = {{0, 5000, 10}};
  const std::vector<spec::IdMapping> gids = {{0, 6000, 10}};
  spec::Config config = with_mount({"/a", {}, "/data", {"rbind", "ridmap"}, uids, gids});
  config.mounts.push_back({"/b", {}, "/more", {"bind", "idmap"}, uids, gids});
  config.mounts.push_back({"/t", "tmpfs", "tmpfs", {}, uids, uids});
  wire::LaunchPlan plan = plan_of(config);
  BOOST_REQUIRE(plan.id_maps.size() == 2u);  // equal maps are made once
  BOOST_TEST((plan.id_maps[0].gids == gids));
  BOOST_TEST(plan.id_maps[1].index == 2u);
  BOOST_REQUIRE(plan.trees.size() == 2u);
  BOOST_TEST(plan.trees[0].id_map_recursive);
  BOOST_TEST(!plan.trees[1].id_map_recursive);
  BOOST_TEST(*plan.trees[1].id_map == 0u);
  BOOST_REQUIRE(plan.mapped_filesystems.size() == 1u);
  plan.set_fd(plan.mapped_filesystems[0].fd_offset, 42);
  BOOST_TEST(items(plan, plan.init().mounts)[2].id_map_fd == 42);
}

BOOST_AUTO_TEST_CASE(idmap_alone_takes_the_maps_of_the_container) {
  spec::Config config = with_mount({"/a", {}, "/data", {"bind", "idmap"}, {}, {}});
  config = with_namespace(config, {.type = NamespaceType::kUser});
  config.linux->uid_mappings = config.linux->gid_mappings = {{0, 100000, 65536}};
  BOOST_TEST((plan_of(config).id_maps.at(0).uids == config.linux->uid_mappings));
  // The maps of a joined namespace are not those of the config.
  config.linux->namespaces.back().path = "/proc/7/ns/user";
  BOOST_TEST(plan_of(config).id_maps.at(0).uids.empty());
}

BOOST_AUTO_TEST_CASE(idmap_with_maps_needs_none_of_the_mount) {
  const std::string option = "ridmap=uids=0-5000-10;gids=0-6000-10";
  const spec::Mount mount = {"/a", {}, "/data", {"rbind", option}, {}, {}};
  const wire::LaunchPlan plan = plan_of(with_mount(mount));
  BOOST_TEST((plan.id_maps.at(0).uids == std::vector<spec::IdMapping>{{0, 5000, 10}}));
  BOOST_TEST((plan.id_maps.at(0).gids == std::vector<spec::IdMapping>{{0, 6000, 10}}));
  BOOST_TEST(plan.trees.at(0).id_map_recursive);
  spec::Mount both = mount;
  both.uid_mappings = both.gid_mappings = {{0, 1, 1}};
  BOOST_TEST(error_of(with_mount(both)) ==
             cat("mounts[0].options[1]: '", option,
                 "' is given together with uidMappings; leave one out"));
  BOOST_TEST(error_of(with_mount({"/a", {}, "/data", {"idmap=x", "bind"}, {}, {}})) ==
             "mounts[0].options[0]: 'idmap=x' is no id map: 'x' is neither uids= nor gids=");
}

BOOST_AUTO_TEST_CASE(links_are_followed_unless_a_bind_says_otherwise) {
  const auto op_of = [](std::vector<std::string> options) {
    const wire::LaunchPlan plan =
        plan_of(with_mount({"/a", {}, "/data", std::move(options), {}, {}}));
    return only_mount(plan);
  };
  BOOST_TEST(!op_of({"bind"}).source_nofollow);
  BOOST_TEST(op_of({"bind", "src-nofollow"}).source_nofollow);
  BOOST_TEST(!op_of({"bind", "src-nofollow"}).copy_symlink);
  BOOST_TEST(op_of({"bind", "copy-symlink"}).source_nofollow);
  BOOST_TEST(op_of({"bind", "copy-symlink"}).copy_symlink);
  BOOST_TEST(op_of({"bind", "dest-nofollow"}).target_nofollow);
  BOOST_TEST(!op_of({"bind", "dest-nofollow"}).source_nofollow);
  spec::Config config = with_mount({"/a", {}, "/data", {"bind", "src-nofollow"}, {}, {}});
  config = with_namespace(config, {.type = NamespaceType::kUser});
  config.linux->uid_mappings = config.linux->gid_mappings = {{0, 100000, 65536}};
  BOOST_TEST(plan_of(config).trees.at(1).nofollow);
  for (const std::vector<std::string>& other :
       {std::vector<std::string>{"dest-nofollow"}, {"dest-nofollow", "bind", "remount"}}) {
    BOOST_TEST(error_of(with_mount({"/a", "tmpfs", "/data", other, {}, {}})) ==
               "mounts[0].options[0]: 'dest-nofollow' is for bind mounts only");
  }
  BOOST_TEST(
      error_of(with_mount({"/a", {}, "/d", {"bind", "copy-symlink", "src-nofollow"}, {}, {}}))
          .starts_with("mounts[0].options[1]: 'copy-symlink' is in conflict"));
}

BOOST_AUTO_TEST_CASE(ids_of_a_mount_that_is_there_cannot_be_mapped) {
  const std::vector<spec::IdMapping> ids = {{0, 5000, 10}};
  BOOST_TEST(error_of(with_mount({"/a", {}, {}, {"remount", "idmap"}, ids, ids})) ==
             "mounts[0].options: the ids of an existing mount cannot be mapped");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::plan
