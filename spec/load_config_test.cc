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

using Load = Status (*)(std::string_view, std::string_view, Config&);

std::string mounts_problem(Load load, const std::string& text, size_t count = 0) {
  Config container;
  container.linux.emplace();
  const Status loaded = load(text, "m.json", container);
  if (loaded) BOOST_TEST(container.mounts.size() == count);
  return loaded ? "" : loaded.error().message();
}

BOOST_AUTO_TEST_CASE(an_array_of_mounts_is_a_document) {
  const char* good = R"([{"destination": "/a", "type": "tmpfs"}, {"destination": "/b",
      "source": "/", "options": ["bind"]}])";
  BOOST_TEST(mounts_problem(load_mounts, good, 2) == "");
  BOOST_TEST(mounts_problem(load_mounts, "[]") == "");
  BOOST_TEST(mounts_problem(load_mounts, R"([{"destination": "/a"}])") ==
             "m.json:1:2: mounts[0].type: expected a filesystem, or \"bind\" or \"rbind\" in "
             "options, found neither");
  BOOST_TEST(mounts_problem(load_mounts, R"([{"destination": "/a", "type": "tmpfs"},
 {"destination": 7, "type": "tmpfs"}])") ==
             "m.json:2:18: mounts[1].destination: expected a string, found the number 7");
  BOOST_TEST(mounts_problem(load_mounts, R"({"mounts": []})") ==
             "m.json:1:1: expected an array of mounts, found an object");
  BOOST_TEST(mounts_problem(load_mounts, "[[]]") ==
             "m.json:1:2: mounts[0]: expected an object, found an array");
  BOOST_TEST(mounts_problem(load_mounts, R"([{"destination": "/a", "options": ["bind", "idmap"],
                                             "source": "/"}])")
                 .starts_with("m.json:1:35: mounts[0].options: idmap needs"));
}

BOOST_AUTO_TEST_CASE(of_destinations_nothing_else_is_asked) {
  BOOST_TEST(mounts_problem(load_destinations, R"([{"destination": "/a"}])", 1) == "");
  BOOST_TEST(mounts_problem(load_destinations, R"([{"destination": ""}])") ==
             "m.json:1:18: mounts[0].destination: expected a path in the container, found \"\"");
  BOOST_TEST(mounts_problem(load_destinations, R"([{"type": "tmpfs"}])") ==
             "m.json:1:2: mounts[0].destination: missing: this property is required");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::spec
