// Pages and properties are complete, and the facts about an end are read rightly.
#include <csignal>
#include <sstream>

#include "runtime/explain/ended.h"
#include "runtime/explain/pages.h"
#include "runtime/explain/paragraph.h"
#include "runtime/explain/properties.h"
#include "runtime/explain/report.h"
#include "runtime/seccomp/names.h"
#include "spec/testing.h"
#include "third_party/boost_test.h"

namespace oci::explain {
namespace {

BOOST_AUTO_TEST_SUITE(explain_pages)

BOOST_AUTO_TEST_CASE(each_code_has_a_page_of_its_own_name) {
  for (size_t i = 1; i < kCodes; ++i) {
    const auto code = static_cast<Code>(i);
    const std::string text = page_text(page_of(code));
    BOOST_TEST(text.starts_with(cat(name_of(code), ": ")));
    BOOST_TEST((find_code(name_of(code)) == code));
    BOOST_TEST(is_warning(code) == name_of(code).starts_with("W_"));
  }
  BOOST_TEST(!find_code("E_NO_SUCH"));
  BOOST_TEST(!find_code(""));
}

BOOST_AUTO_TEST_CASE(a_paragraph_breaks_between_words) {
  const std::string text = paragraph(std::string(90, 'x') + " and " + std::string(78, 'y'), 2);
  BOOST_TEST(text == "  " + std::string(90, 'x') + "\n  and\n  " + std::string(78, 'y') + "\n");
  BOOST_TEST(indented("a\nb", 1) == " a\n b\n");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(explain_properties)

// spec/testdata/properties.txt is the whole schema.
BOOST_AUTO_TEST_CASE(each_property_of_the_specification_has_a_page_with_its_type) {
  std::istringstream lines(spec::testing::testdata("properties.txt"));
  size_t count = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream words(line);
    std::string path, type;
    words >> path >> type;
    if (path.ends_with("[]")) continue;
    ++count;
    const Property* const found = find_property(path);
    BOOST_TEST_REQUIRE(found != nullptr, path);
    BOOST_TEST(found->type == type, path);
    BOOST_TEST(!found->about.empty(), path);
  }
  BOOST_TEST(count > 200u);
}

BOOST_AUTO_TEST_CASE(a_property_is_found_in_the_forms_that_people_write) {
  BOOST_TEST(find_property("mounts[3].type")->path == "mounts[].type");
  BOOST_TEST(find_property("mounts.type")->path == "mounts[].type");
  BOOST_TEST(find_property("linux.sysctl[\"net.ipv4.ip_forward\"]")->path == "linux.sysctl.<key>");
  BOOST_TEST(find_property("linux.sysctl.net.ipv4.ip_forward")->path == "linux.sysctl.<key>");
  BOOST_TEST(find_property("hooks.poststop[0].timeout")->path == "hooks.*[].timeout");
  BOOST_TEST(find_property("mount") == nullptr);
  BOOST_TEST(find_property("mounts.typ") == nullptr);
  BOOST_TEST(near_property("linux.resourcez") == "linux.resources");
  BOOST_TEST(near_property("memory.limit") == "linux.resources.memory.limit");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(explain_ends)

std::string stat_of(char state, int start, int code) {
  std::string text = cat("42 (a) b) ", state);
  for (int field = 4; field <= 52; ++field)
    text += cat(" ", field == 22 ? start : field == 52 ? code : 7);
  return text + "\n";
}

BOOST_AUTO_TEST_CASE(the_exit_status_is_that_of_the_zombie) {
  BOOST_TEST((exit_status_in(stat_of('Z', 99, 256), 99) == 256));
  BOOST_TEST((exit_status_in(stat_of('Z', 99, 31), 99) == 31));
  BOOST_TEST(!exit_status_in(stat_of('Z', 98, 256), 99));  // another process has the pid
  BOOST_TEST(!exit_status_in(stat_of('S', 99, 0), 99));
  BOOST_TEST(!exit_status_in("42 (a) Z 1", 1));
  BOOST_TEST(!exit_status_in("", 0));
}

BOOST_AUTO_TEST_CASE(a_record_of_audit_names_the_call) {
  const auto found = blocked_in(
      "5,923,91,-;audit: type=1326 audit(1.2:3): auid=0 uid=0 gid=0 ses=1 pid=812 comm=\"sh\" "
      "exe=\"/bin/sh\" sig=31 arch=c000003e syscall=63 compat=0 ip=0x7 code=0x80000000\n");
  BOOST_TEST_REQUIRE(found.has_value());
  BOOST_TEST(found->pid == 812u);
  BOOST_TEST(seccomp::name_of_call(static_cast<uint32_t>(found->architecture),
                                   static_cast<int64_t>(found->call)) == "uname");
  BOOST_TEST(!blocked_in("audit: type=1326 audit(1.2:3): pid=812 sig=0 syscall=63"));
  BOOST_TEST(!blocked_in("audit: type=1400 pid=812 sig=31"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(explain_report)

BOOST_AUTO_TEST_CASE(a_line_without_a_next_step_gets_the_cure) {
  const Examination sample{
      .bundle = "/b",
      .file = "/b/config.json",
      .document = "config.json",
      .findings = {{.path = "process.cwd", .text = "wrong", .code = Code::kForm, .line = 3},
                   {.path = "x", .text = "bad; do it", .code = Code::kUnknownProperty},
                   {.path = "vm", .text = "ignored", .code = Code::kOtherPlatform}}};
  BOOST_TEST(text_report(sample) ==
             "config.json:3:1: error E_FORM: process.cwd: wrong\n"
             "    cure: Write it in the form that the message shows.\n"
             "config.json:1:1: warning W_UNKNOWN_PROPERTY: x: bad; do it\n"
             "config.json:1:1: note W_OTHER_PLATFORM: vm: ignored\n"
             "config.json: 1 error, 1 warning; oci-rt explain CODE tells more\n");
  BOOST_TEST(errors_in(sample) == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::explain
