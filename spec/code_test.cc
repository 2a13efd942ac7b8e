// The code of an error, and unknown properties.
#include "spec/code_of.h"
#include "spec/diagnostics.h"
#include "spec/load_config.h"
#include "spec/testing.h"
#include "third_party/boost_test.h"

namespace oci::spec {
namespace {

BOOST_AUTO_TEST_SUITE(code)

Code of(ErrorKind kind, const std::string& text) {
  return code_of(Error(kind, text));
}

BOOST_AUTO_TEST_CASE(an_error_has_the_code_of_its_property_or_its_kind) {
  using enum ErrorKind;
  BOOST_TEST((of(kInvalidConfig, "mounts[12].source: '/x' does not exist") == Code::kMountSource));
  BOOST_TEST((of(kInvalidConfig, "config.json:3:4: mounts[1].type: no") == Code::kFilesystem));
  BOOST_TEST((of(kInvalidConfig, "process.umask: no") == Code::kConfig));
  BOOST_TEST((of(kHook, "hooks.prestart[0]: error") == Code::kHook));
  BOOST_TEST((of(kProgram, "exec: \"x\": permission denied") == Code::kProgramDenied));
  BOOST_TEST(
      (of(kProgram, "exec: \"x\": stat x: no such file or directory") == Code::kProgramMissing));
  BOOST_TEST((of(kProgram,
                 "exec: \"x\": its interpreter \"/y\" is not in the rootfs: no such "
                 "file or directory") == Code::kInterpreter));
  BOOST_TEST((of(kProgram, "exec: \"x\": loop") == Code::kProgram));
  BOOST_TEST((of(kNotFound, "container \"a\" does not exist") == Code::kNoContainer));
  BOOST_TEST((of(kSystem, "open '/x'") == Code::kSystem));
}

BOOST_AUTO_TEST_CASE(a_text_tells_its_property) {
  BOOST_TEST(property_in("config.json:3:4: mounts[1].type: no") == "mounts[1].type");
  BOOST_TEST(property_in("linux.maskedPaths[0] ('/'): no") == "linux.maskedPaths[0]");
  BOOST_TEST(property_in("rooted: no") == "");
  BOOST_TEST(property_in("exec: \"x\": no") == "");
  BOOST_TEST(without_position("config.json:3:4: a\nconfig.json:5:6: b") == "a");
  BOOST_TEST(without_position("open '/x.json:1'") == "open '/x.json:1'");
}

std::string unknown_in(const std::string& text) {
  Diagnostics problems, unknown;
  (void)examine_config(text, problems, unknown);
  std::string found;
  for (const Finding& finding : unknown.findings(text))
    found += finding.message() + "\n";
  return found;
}

BOOST_AUTO_TEST_CASE(no_property_of_the_specification_is_unknown) {
  BOOST_TEST(unknown_in(testing::testdata("good/complete.json")).find("unknown") ==
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_unknown_property_is_told_with_the_nearest_one) {
  BOOST_TEST(unknown_in(R"({"ociVersion": "1.0.0", "linux": {"resourcez": {"memory": {}}},
                            "process": {"arg": [], "xyz": 1}, "annotations": {"any": "thing"},
                            "vm": {"x": 1}, "mounts": [{"option": []}]})") ==
             "linux.resourcez: unknown property, which has no effect; did you mean "
             "\"resources\"?\n"
             "process.arg: unknown property, which has no effect; did you mean \"args\"?\n"
             "process.xyz: unknown property, which has no effect\n"
             "vm: is for another platform, and has no effect here\n"
             "mounts[0].option: unknown property, which has no effect; did you mean "
             "\"options\"?\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::spec
