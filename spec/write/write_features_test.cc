#include "spec/write/write_features.h"

#include <algorithm>
#include <set>
#include <string>

#include "spec/annotations.h"
#include "spec/parse/names.h"
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

// Every list equals the parser's table: exactly the accepted names are listed.
template <class E, size_t N>
void expect_names(const json::Value& list, const Name<E> (&table)[N]) {
  BOOST_TEST(list.Size() == N);
  for (const Name<E>& each : table)
    BOOST_TEST(contains(list, each.name), each.name);
}

BOOST_AUTO_TEST_CASE(lists_are_the_tables_that_the_parser_reads_by) {
  const json::Document document = parsed(sample());
  const json::Value& section = document["linux"];
  expect_names(document["hooks"], kHookNames);
  expect_names(section["namespaces"], kNamespaceNames);
  expect_names(section["memoryPolicy"]["modes"], kMemoryPolicyModeNames);
  expect_names(section["memoryPolicy"]["flags"], kMemoryPolicyFlagNames);
  expect_names(section["seccomp"]["actions"], kSeccompActionNames);
  expect_names(section["seccomp"]["operators"], kSeccompOperatorNames);
  expect_names(section["seccomp"]["archs"], kSeccompArchitectureNames);
  expect_names(section["seccomp"]["knownFlags"], kSeccompFlagNames);
  expect_names(section["seccomp"]["supportedFlags"], kSeccompFlagNames);
  const json::Value& unsafe = document["potentiallyUnsafeConfigAnnotations"];
  BOOST_TEST(unsafe.Size() == std::size(kEffectiveAnnotations));
  for (const std::string_view annotation : kEffectiveAnnotations)
    BOOST_TEST(contains(unsafe, annotation), annotation);
}

BOOST_AUTO_TEST_CASE(switches_say_what_is_built_in) {
  const json::Document document = parsed(sample());
  const json::Value& section = document["linux"];
  BOOST_TEST(!section["cgroup"]["v1"].GetBool());
  for (const bool there : {false, true}) {
    Features features;
    features.systemd = there;
    const json::Document told = parsed(features_json(features));
    for (const char* const flag : {"systemd", "systemdUser"})
      BOOST_TEST(told["linux"]["cgroup"][flag].GetBool() == there, flag);
  }
  BOOST_TEST(section["cgroup"]["rdma"].GetBool());
  for (const char* const part : {"apparmor", "selinux", "intelRdt", "netDevices"}) {
    BOOST_TEST(section[part]["enabled"].GetBool(), part);
  }
  BOOST_TEST(section["mountExtensions"]["idmap"]["enabled"].GetBool());
  BOOST_TEST(section["intelRdt"]["schemata"].GetBool());
  BOOST_TEST(section["intelRdt"]["monitoring"].GetBool());
}

void collect(const json::Value& from, const std::string& path, std::set<std::string>& out) {
  if (!from.IsObject()) {
    out.insert(path);
    return;
  }
  for (const auto& member : from.GetObject())
    collect(member.value, path + "/" + member.name.GetString(), out);
}

// features-schema.json and features-linux.json of runtime-spec 1.3, and three fields that only
// their prose and Go types have: intelRdt.schemata, intelRdt.monitoring, memoryPolicy.
BOOST_AUTO_TEST_CASE(the_fields_are_those_of_the_schema_all_of_them_and_no_others) {
  const std::set<std::string> schema = {"/ociVersionMin",
                                        "/ociVersionMax",
                                        "/hooks",
                                        "/mountOptions",
                                        "/potentiallyUnsafeConfigAnnotations",
                                        "/linux/namespaces",
                                        "/linux/capabilities",
                                        "/linux/cgroup/v1",
                                        "/linux/cgroup/v2",
                                        "/linux/cgroup/systemd",
                                        "/linux/cgroup/systemdUser",
                                        "/linux/cgroup/rdma",
                                        "/linux/seccomp/enabled",
                                        "/linux/seccomp/actions",
                                        "/linux/seccomp/operators",
                                        "/linux/seccomp/archs",
                                        "/linux/seccomp/knownFlags",
                                        "/linux/seccomp/supportedFlags",
                                        "/linux/apparmor/enabled",
                                        "/linux/selinux/enabled",
                                        "/linux/intelRdt/enabled",
                                        "/linux/intelRdt/schemata",
                                        "/linux/intelRdt/monitoring",
                                        "/linux/memoryPolicy/modes",
                                        "/linux/memoryPolicy/flags",
                                        "/linux/mountExtensions/idmap/enabled",
                                        "/linux/netDevices/enabled"};
  json::Document document = parsed(sample());
  document.RemoveMember("annotations");  // its keys are specific to the runtime
  std::set<std::string> written;
  collect(document, "", written);
  for (const std::string& field : schema)
    BOOST_TEST(written.contains(field), field);
  for (const std::string& field : written)
    BOOST_TEST(schema.contains(field), field);
}

BOOST_AUTO_TEST_CASE(an_unknown_commit_is_left_out) {
  const json::Document document = parsed(sample());
  BOOST_TEST(document["annotations"]["oci-rt.version"].GetString() == "0.1.0");
  BOOST_TEST(document["annotations"]["org.opencontainers.runc.checkpoint.enabled"].GetString() ==
             "false");
  BOOST_TEST(document["annotations"]["io.github.seccomp.libseccomp.version"].GetString() ==
             "2.5.4");
  BOOST_TEST(!document["annotations"].HasMember("oci-rt.commit"));
  const json::Document with_criu = parsed(features_json({.version = "0.1.0", .checkpoint = true}));
  BOOST_TEST(with_criu["annotations"]["org.opencontainers.runc.checkpoint.enabled"].GetString() ==
             "true");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::spec
