#include "spec/write/write_features.h"

#include <algorithm>

#include "third_party/boost_test.h"
#include "third_party/rapidjson.h"

namespace oci::spec {
namespace {

BOOST_AUTO_TEST_SUITE(write_features)

constexpr std::string_view kOptions[] = {"bind", "ro"};
constexpr std::string_view kCapabilities[] = {"CAP_CHOWN"};

std::string sample() {
  return features_json({.version = "0.1.0",
                        .libseccomp_version = "2.5.4",
                        .mount_options = kOptions,
                        .capabilities = kCapabilities});
}

json::Document parsed(const std::string& text) {
  json::Document document;
  document.Parse(text.data(), text.size());
  BOOST_TEST_REQUIRE(!document.HasParseError());
  return document;
}

bool contains(const json::Value& list, std::string_view name) {
  const auto array = list.GetArray();
  return std::any_of(array.begin(), array.end(),
                     [name](const json::Value& each) { return each.GetString() == name; });
}

BOOST_AUTO_TEST_CASE(the_document_begins_as_engines_know_it) {
  const std::string text = sample();
  BOOST_TEST(text.substr(0, text.find("    \"linux\"")) == R"({
    "ociVersionMin": "1.0.0",
    "ociVersionMax": "1.3.0",
    "hooks": [
        "prestart",
        "createRuntime",
        "createContainer",
        "startContainer",
        "poststart",
        "poststop"
    ],
    "mountOptions": [
        "bind",
        "ro"
    ],
)");
  BOOST_TEST(text.ends_with("}\n"));
}

BOOST_AUTO_TEST_CASE(what_is_applied_is_listed) {
  const json::Document document = parsed(sample());
  const json::Value& section = document["linux"];
  BOOST_TEST(section["namespaces"].Size() == 8u);
  BOOST_TEST(contains(section["capabilities"], "CAP_CHOWN"));
  BOOST_TEST(section["cgroup"]["v2"].GetBool());
  BOOST_TEST(section["seccomp"]["enabled"].GetBool());
  BOOST_TEST(contains(section["seccomp"]["actions"], "SCMP_ACT_ERRNO"));
  BOOST_TEST(contains(section["seccomp"]["actions"], "SCMP_ACT_NOTIFY"));
  BOOST_TEST(section["seccomp"]["operators"].Size() == 7u);
  BOOST_TEST(contains(section["seccomp"]["archs"], "SCMP_ARCH_X86_64"));
  BOOST_TEST(contains(section["seccomp"]["supportedFlags"], "SECCOMP_FILTER_FLAG_LOG"));
}

BOOST_AUTO_TEST_CASE(what_is_only_parsed_is_not) {
  const json::Document document = parsed(sample());
  const json::Value& section = document["linux"];
  for (const char* const flag : {"v1", "systemd", "systemdUser", "rdma"}) {
    BOOST_TEST(!section["cgroup"][flag].GetBool());
  }
  for (const char* const part : {"apparmor", "selinux", "intelRdt", "netDevices"}) {
    BOOST_TEST(!section[part]["enabled"].GetBool());
  }
  BOOST_TEST(section["memoryPolicy"]["modes"].Empty());
  BOOST_TEST(section["mountExtensions"]["idmap"]["enabled"].GetBool());
  BOOST_TEST(document["potentiallyUnsafeConfigAnnotations"].Empty());
}

BOOST_AUTO_TEST_CASE(an_unknown_commit_is_left_out) {
  const json::Document document = parsed(sample());
  BOOST_TEST(document["annotations"]["oci-rt.version"].GetString() == "0.1.0");
  BOOST_TEST(document["annotations"]["io.github.seccomp.libseccomp.version"].GetString() ==
             "2.5.4");
  BOOST_TEST(!document["annotations"].HasMember("oci-rt.commit"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::spec
