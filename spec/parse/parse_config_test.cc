#include "spec/parse/parse_config.h"

#include "spec/testing.h"
#include "third_party/boost_test.h"

namespace oci::spec {
namespace {

Config parsed(const std::string& text) {
  Result<Config> config = parse_config(text, "config.json");
  BOOST_TEST_REQUIRE(bool(config), (config ? "" : config.error().message()));
  return std::move(config).value();
}

BOOST_AUTO_TEST_SUITE(parse_config_test)

BOOST_AUTO_TEST_CASE(only_the_version_is_required_in_form) {
  const Config config = parsed(R"({"ociVersion": "1.0.2"})");
  BOOST_TEST(config.oci_version == "1.0.2");
  BOOST_TEST(!config.root.has_value());
  BOOST_TEST(!config.process.has_value());
  BOOST_TEST(!config.linux.has_value());
  BOOST_TEST(config.mounts.empty());
}

BOOST_AUTO_TEST_CASE(null_is_absent) {
  const Config config = parsed(R"({"ociVersion": "1.0.2", "root": null, "hostname": null,
      "annotations": null, "mounts": null, "hooks": {"prestart": null},
      "linux": {"resources": {"pids": {"limit": null}, "unified": null, "rdma": null},
                "sysctl": null, "netDevices": null, "timeOffsets": {"boottime": null},
                "rootfsPropagation": null}})");
  BOOST_TEST(!config.root.has_value());
  BOOST_TEST(!config.hostname.has_value());
  BOOST_TEST(config.annotations.empty());
  BOOST_TEST(config.linux->sysctl.empty());
  BOOST_TEST(!config.linux->resources->pids->limit.has_value());
  BOOST_TEST(!config.linux->rootfs_propagation.has_value());
}

BOOST_AUTO_TEST_CASE(an_empty_optional_string_is_absent) {
  const Config config = parsed(R"({"ociVersion": "1.0.2", "hostname": "",
      "mounts": [{"destination": "/a", "type": "", "source": ""}],
      "linux": {"namespaces": [{"type": "pid", "path": ""}], "rootfsPropagation": "",
      "cgroupsPath": "", "resources": {"devices": [{"allow": false, "type": ""}],
      "cpu": {"cpus": ""}}}})");
  BOOST_TEST(!config.hostname.has_value());
  BOOST_TEST(!config.mounts[0].type.has_value());
  BOOST_TEST(!config.mounts[0].source.has_value());
  BOOST_TEST(!config.linux->namespaces[0].path.has_value());
  BOOST_TEST(!config.linux->rootfs_propagation.has_value());
  BOOST_TEST(!config.linux->cgroups_path.has_value());
  BOOST_TEST((config.linux->resources->devices[0].type == DeviceType::kAll));
  BOOST_TEST(!config.linux->resources->cpu->cpus.has_value());
}

BOOST_AUTO_TEST_CASE(an_empty_required_name_is_wrong) {
  const Result<Config> config = parse_config(
      R"({"ociVersion": "1.0.2", "linux": {"namespaces": [{"type": ""}]}})", "config.json");
  BOOST_TEST_REQUIRE(!config);
  BOOST_TEST(config.error().message().find("linux.namespaces[0].type: expected one of") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_unknown_property_is_ignored) {
  const Config config =
      parsed(R"({"ociVersion": "1.0.2", "x": {"y": [null]}, "linux": {"z": 1.5, "": {}}})");
  BOOST_TEST(config.linux.has_value());
}

// Absent and empty differ where an empty object removes a default.
BOOST_AUTO_TEST_CASE(an_empty_object_is_present) {
  const Config config = parsed(R"({"ociVersion": "1.0.2", "process": {"cwd": "/",
      "capabilities": {}}, "linux": {"resources": {}}})");
  BOOST_TEST(config.process->capabilities.has_value());
  BOOST_TEST(config.linux->resources.has_value());
  BOOST_TEST(!config.linux->seccomp.has_value());
}

BOOST_AUTO_TEST_CASE(sixty_four_levels_are_allowed) {
  const std::string open(63, '[');
  const std::string close(63, ']');
  parsed("{\"ociVersion\": \"1.0.2\", \"x\": " + open + close + "}");
}

BOOST_AUTO_TEST_CASE(escapes_are_read) {
  const Config config =
      parsed(R"({"ociVersion": "1.0.2", "annotations": {"\u00e4\/\"": "\ud834\udd1e\\udc00\n"}})");
  BOOST_TEST(config.annotations.at(0).first == "\xc3\xa4/\"");
  BOOST_TEST(config.annotations.at(0).second == "\xf0\x9d\x84\x9e\\udc00\n");
}

BOOST_AUTO_TEST_CASE(a_plain_propagation_is_not_recursive) {
  const Config config =
      parsed(R"({"ociVersion": "1.0.2", "linux": {"rootfsPropagation": "unbindable"}})");
  BOOST_TEST((*config.linux->rootfs_propagation == Propagation::kUnbindable));
  BOOST_TEST(!config.linux->rootfs_propagation_recursive);
}

BOOST_AUTO_TEST_CASE(the_problems_begin_with_the_name_of_the_document) {
  const Result<Config> config = parse_config("{}", "/b/config.json");
  BOOST_TEST_REQUIRE(!config);
  BOOST_TEST(config.error().message() ==
             "/b/config.json:1:1: ociVersion: missing: this property is required");
}

BOOST_AUTO_TEST_CASE(a_wrong_property_keeps_its_default_and_others_are_read) {
  Diagnostics problems;
  const Config config =
      parse_config(std::string_view(R"({"ociVersion": 1, "hostname": "a", "process": {"cwd": "/",
          "user": {"uid": -1, "gid": 5}}})"),
                   problems);
  BOOST_TEST(!problems.empty());
  BOOST_TEST(config.oci_version == "");
  BOOST_TEST(*config.hostname == "a");
  BOOST_TEST(config.process->user.uid == 0u);
  BOOST_TEST(config.process->user.gid == 5u);
}

BOOST_AUTO_TEST_CASE(a_pids_limit_of_0_means_none_before_1_3) {
  const auto limit = [](std::string_view version) {
    const Config config = parse_config(cat(R"({"ociVersion": ")", version,
                                           R"(", "linux": {"resources": {"pids": {"limit": 0}}}})"),
                                       "c")
                              .value();
    return config.linux->resources->pids->limit;
  };
  for (const char* old : {"1.0.2-dev", "1.1.0", "1.2.1"})
    BOOST_TEST(!limit(old).has_value(), old);
  for (const char* current : {"1.3.0", "1.3.0+dev", "1.20.0"})
    BOOST_TEST((limit(current) == 0), current);
}

// Cut or damaged input gives a result, never a crash (for the sanitizers).
BOOST_AUTO_TEST_CASE(no_prefix_of_a_document_is_one) {
  std::string text = testing::testdata("good/complete.json");
  text.resize(text.find_last_not_of('\n') + 1);
  BOOST_TEST_REQUIRE(text.size() > 1000u);
  for (size_t size = 0; size < text.size(); ++size)
    BOOST_TEST_REQUIRE(!parse_config(text.substr(0, size), "c"));
}

BOOST_AUTO_TEST_CASE(a_damaged_byte_does_no_harm) {
  const std::string text = testing::testdata("good/complete.json");
  size_t refused = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    for (const char damage : {'\0', '"', '\\', '{', '7', '\xff'}) {
      std::string damaged = text;
      damaged[at] = damage;
      const Result<Config> config = parse_config(damaged, "c");
      if (config) continue;
      ++refused;
      BOOST_TEST_REQUIRE(config.error().message().starts_with("c:"));
    }
  }
  BOOST_TEST(refused > text.size());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::spec
