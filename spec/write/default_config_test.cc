#include "spec/write/default_config.h"

#include <string>

#include "third_party/boost_test.h"
#include "third_party/rapidjson.h"

namespace oci::spec {
namespace {

BOOST_AUTO_TEST_SUITE(default_config_text)

json::Document parsed(const std::string& text) {
  json::Document document;
  document.Parse<rapidjson::kParseFullPrecisionFlag>(text.data(), text.size());
  BOOST_TEST_REQUIRE(!document.HasParseError());
  return document;
}

// Values of one member of each object of a list, joined.
std::string members(const json::Value& list, const char* member) {
  std::string all;
  for (const json::Value& item : list.GetArray()) {
    all += std::string(item[member].GetString()) + " ";
  }
  return all;
}

BOOST_AUTO_TEST_CASE(the_default_runs_a_shell_in_its_own_namespaces) {
  const json::Document config = parsed(default_config());
  BOOST_TEST(config["ociVersion"].GetString() == "1.3.0");
  BOOST_TEST(config["process"]["terminal"].GetBool());
  BOOST_TEST(config["process"]["args"][0].GetString() == "sh");
  BOOST_TEST(config["process"]["noNewPrivileges"].GetBool());
  BOOST_TEST(!config["process"]["capabilities"].HasMember("ambient"));
  BOOST_TEST(!config["process"]["capabilities"].HasMember("inheritable"));
  BOOST_TEST(config["root"]["readonly"].GetBool());
  BOOST_TEST(config["hostname"].GetString() == "oci-rt");
  BOOST_TEST(members(config["mounts"], "destination") ==
             "/proc /dev /dev/pts /dev/shm /dev/mqueue /sys /sys/fs/cgroup ");
  BOOST_TEST(members(config["linux"]["namespaces"], "type") == "network pid ipc uts mount cgroup ");
  BOOST_TEST(!config["linux"]["resources"]["devices"][0]["allow"].GetBool());
}

BOOST_AUTO_TEST_CASE(without_privileges_the_caller_is_root_of_a_user_namespace) {
  const std::string text = rootless_config(1000, 100);
  const json::Document config = parsed(text);
  const json::Value& linux_section = config["linux"];
  BOOST_TEST(members(linux_section["namespaces"], "type") == "user pid ipc uts mount cgroup ");
  BOOST_TEST(linux_section["uidMappings"][0]["hostID"].GetUint() == 1000u);
  BOOST_TEST(linux_section["uidMappings"][0]["size"].GetUint() == 1u);
  BOOST_TEST(linux_section["gidMappings"][0]["hostID"].GetUint() == 100u);
  BOOST_TEST(!linux_section.HasMember("resources"));
  BOOST_TEST(config["mounts"][5]["options"][0].GetString() == "rbind");
  BOOST_TEST(text.find("gid=5") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_text_is_a_file_that_people_can_edit) {
  for (const std::string& text : {default_config(), rootless_config(0, 0)}) {
    BOOST_TEST(text.ends_with("}\n"));
    BOOST_TEST(text.find('\t') == std::string::npos);
    BOOST_TEST(text.find(" \n") == std::string::npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::spec
