#include "runtime/tools/config_text.h"

#include <algorithm>

#include "spec/load_config.h"
#include "third_party/boost_test.h"

namespace oci::tools {
namespace {

const UserNamespace kOwn = {.uids = {.own = 1000, .first = 100000, .count = 65536},
                            .gids = {.own = 100}};

spec::Config loaded(const std::string& text) {
  Result<spec::Config> config = spec::load_config(text, "made");
  BOOST_REQUIRE_MESSAGE(bool(config), (config ? "" : config.error().message()));
  return std::move(config).value();
}

Changes changes_of(ContainerOptions options) {
  return {.options = std::move(options), .user = {}, .terminal = {}};
}

BOOST_AUTO_TEST_CASE(every_made_config_is_valid) {
  for (const auto& own : {std::optional<UserNamespace>(), std::optional(kOwn)}) {
    for (const Net net : {Net::kHost, Net::kNone})
      BOOST_TEST(loaded(rootfs_text(own, net)).linux.has_value());
    BOOST_TEST(loaded(minimal_text(own)).linux.has_value());
    BOOST_TEST(loaded(changed_text(default_text(own), {}).value()).linux.has_value());
  }
}

BOOST_AUTO_TEST_CASE(the_config_of_a_tree) {
  const spec::Config root = loaded(rootfs_text({}, Net::kNone));
  BOOST_TEST(!root.root->readonly);
  BOOST_TEST(root.process->capabilities->bounding.size() == 11U);
  BOOST_TEST(root.linux->uid_mappings.empty());
  const spec::Config user = loaded(rootfs_text(kOwn, Net::kNone));
  BOOST_REQUIRE(user.linux->uid_mappings.size() == 2U);
  BOOST_TEST(user.linux->uid_mappings[1].host_id == 100000U);
  BOOST_TEST(user.linux->uid_mappings[1].size == 65536U);
  BOOST_REQUIRE(user.linux->gid_mappings.size() == 1U);
  BOOST_TEST(user.linux->gid_mappings[0].host_id == 100U);
}

bool has_network(const std::string& text) {
  const spec::Config config = loaded(text);
  return std::ranges::any_of(config.linux->namespaces, [](const auto& one) {
    return one.type == spec::NamespaceType::kNetwork;
  });
}

BOOST_AUTO_TEST_CASE(the_network_is_the_hosts_or_none) {
  BOOST_TEST(has_network(rootfs_text({}, Net::kNone)));
  BOOST_TEST(!has_network(rootfs_text({}, Net::kHost)));
  BOOST_TEST(has_network(rootfs_text(kOwn, Net::kNone)));
  BOOST_TEST(!has_network(rootfs_text(kOwn, Net::kHost)));
  const std::string none =
      changed_text(default_text(kOwn), changes_of({.net = Net::kNone})).value();
  BOOST_TEST(has_network(none));
  BOOST_TEST(!has_network(changed_text(none, changes_of({.net = Net::kHost})).value()));
}

BOOST_AUTO_TEST_CASE(each_option_has_its_property) {
  Changes changes = changes_of({.rootfs = "/tree",
                                .args = {"a", "b c"},
                                .volumes = {{"/src", "/dst", true}, {"/s", "/d", false}},
                                .env = {"TERM=dumb", "NEW=1"},
                                .cwd = "/w",
                                .memory = 1 << 20,
                                .pids = 7,
                                .read_only = true});
  changes.user = UserIds{.uid = 5, .gid = 6, .groups = {7, 8}};
  changes.terminal = false;
  const spec::Config config = loaded(changed_text(rootfs_text({}, Net::kNone), changes).value());
  BOOST_TEST(config.root->path == "/tree");
  BOOST_TEST(config.root->readonly);
  const spec::Process& process = *config.process;
  BOOST_TEST(process.args == (std::vector<std::string>{"a", "b c"}),
             boost::test_tools::per_element());
  BOOST_TEST(process.env[1] == "TERM=dumb");
  BOOST_TEST(process.env[2] == "NEW=1");
  BOOST_TEST(process.cwd == "/w");
  BOOST_TEST(process.user.uid == 5U);
  BOOST_TEST(process.user.gid == 6U);
  BOOST_TEST(process.user.additional_gids.size() == 2U);
  BOOST_TEST(!process.terminal);
  BOOST_TEST(*config.linux->resources->memory->limit == 1 << 20);
  BOOST_TEST(*config.linux->resources->pids->limit == 7);
  const auto& mounts = config.mounts;
  BOOST_TEST(*mounts[mounts.size() - 2].source == "/src");
  BOOST_TEST(mounts[mounts.size() - 2].options.back() == "rro");
  BOOST_TEST(mounts.back().destination == "/d");
  BOOST_TEST(mounts.back().options.back() == "nodev");
}

// Text without a part of these objects gets them.
BOOST_AUTO_TEST_CASE(missing_objects_are_made) {
  const std::string bare = R"({"ociVersion": "1.0.0", "root": {"path": "r"}})";
  const spec::Config config = loaded(
      changed_text(bare, changes_of({.args = {"x"}, .cwd = "/", .pids = 3, .net = Net::kNone}))
          .value());
  BOOST_TEST(config.process->args.size() == 1U);
  BOOST_TEST(*config.linux->resources->pids->limit == 3);
}

}  // namespace
}  // namespace oci::tools
