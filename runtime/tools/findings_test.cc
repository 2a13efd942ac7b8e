#include "runtime/tools/findings.h"

#include "third_party/boost_test.h"

namespace oci::tools {
namespace {

const Finding kSome[] = {
    {"kernel", "Linux", Health::kGood, "6.18", ""},
    {"kernel", "clone3(2)", Health::kBad, "refused", "allow it"},
    {"engines", "podman", Health::kLimited, "does not", "oci-rt install podman"}};

BOOST_AUTO_TEST_CASE(findings_stand_below_their_part) {
  BOOST_TEST(findings_text(kSome, false) ==
             "kernel\n"
             "  ok    Linux      6.18\n"
             "  NO    clone3(2)  refused\n"
             "                   -> allow it\n"
             "\nengines\n"
             "  some  podman     does not\n"
             "                   -> oci-rt install podman\n");
  BOOST_TEST(findings_text(kSome, true).find("\033[31mNO  \033[0m") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(findings_as_json) {
  const std::span<const Finding> two(kSome, 2);
  BOOST_TEST(findings_json(two) ==
             R"x([{"part":"kernel","name":"Linux","health":"good","fact":"6.18"},)x"
             R"x({"part":"kernel","name":"clone3(2)","health":"bad","fact":"refused",)x"
             R"x("cure":"allow it"}])x"
             "\n");
}

}  // namespace
}  // namespace oci::tools
