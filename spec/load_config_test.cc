#include "spec/load_config.h"

#include "third_party/boost_test.h"

namespace oci::spec {
namespace {

std::string problems_of(const std::string& text) {
  const Result<Config> config = load_config(text, "config.json");
  return config ? "" : config.error().message();
}

BOOST_AUTO_TEST_SUITE(load_config_test)

BOOST_AUTO_TEST_CASE(a_valid_config_is_loaded) {
  const Result<Config> config = load_config(R"({"ociVersion": "1.3.0", "root": {"path": "rootfs"},
      "process": {"cwd": "/", "args": ["true"]}, "linux": {"namespaces": [{"type": "mount"}]}})",
                                            "config.json");
  BOOST_TEST_REQUIRE(bool(config), (config ? "" : config.error().message()));
  BOOST_TEST(config.value().root->path == "rootfs");
}

BOOST_AUTO_TEST_CASE(problems_of_form_and_of_meaning_are_told_together_in_order) {
  const std::string problems = problems_of(R"({"ociVersion": "1.3.0",
    "process": {"cwd": "relative", "args": ["true"]},
    "root": {"path": 7},
    "linux": {"namespaces": [{"type": "uts"}, {"type": "uts"}]}})");
  const size_t cwd = problems.find("config.json:2:24: process.cwd: ");
  const size_t root = problems.find("config.json:3:22: root.path: expected a string, found");
  const size_t twice = problems.find("config.json:4:");
  BOOST_TEST_REQUIRE(cwd != std::string::npos, problems);
  BOOST_TEST_REQUIRE(root != std::string::npos, problems);
  BOOST_TEST_REQUIRE(twice != std::string::npos, problems);
  BOOST_TEST(cwd < root);
  BOOST_TEST(root < twice);
}

BOOST_AUTO_TEST_CASE(a_property_that_cannot_be_read_is_told_once) {
  BOOST_TEST(problems_of(R"({"ociVersion": 1, "root": {"path": 7},
      "linux": {"namespaces": [{"type": "mount"}]}})") ==
             "config.json:1:16: ociVersion: expected a string, found the number 1\n"
             "config.json:1:36: root.path: expected a string, found the number 7");
}

BOOST_AUTO_TEST_CASE(a_document_that_is_no_json_has_one_problem) {
  BOOST_TEST(problems_of("{]") == "config.json:1:2: expected a key in double quotes, found ']'");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::spec
