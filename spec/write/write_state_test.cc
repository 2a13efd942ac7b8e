#include "spec/write/write_state.h"

#include "spec/write/utf8.h"
#include "third_party/boost_test.h"
#include "third_party/rapidjson.h"

namespace oci::spec {
namespace {

BOOST_AUTO_TEST_SUITE(write_state)

State running() {
  return {.id = "web1",
          .status = ContainerStatus::kRunning,
          .pid = 4242,
          .bundle = "/var/b",
          .rootfs = "/var/b/rootfs",
          .created = "2026-01-02T15:04:05.000000006Z",
          .annotations = {{"b.key", "say \"hi\""}, {"a.key", ""}},
          .owner = "root"};
}

BOOST_AUTO_TEST_CASE(state_has_the_keys_that_engines_read_in_their_order) {
  BOOST_TEST(state_json(running()) == R"({
  "ociVersion": "1.3.0",
  "id": "web1",
  "pid": 4242,
  "status": "running",
  "bundle": "/var/b",
  "rootfs": "/var/b/rootfs",
  "created": "2026-01-02T15:04:05.000000006Z",
  "annotations": {
    "b.key": "say \"hi\"",
    "a.key": ""
  },
  "owner": "root"
})");
}

BOOST_AUTO_TEST_CASE(list_has_the_same_on_one_line_without_empty_annotations) {
  State state = running();
  state.annotations.clear();
  state.status = ContainerStatus::kStopped;
  state.pid = 0;
  BOOST_TEST(state_line(state) ==
             R"({"ociVersion":"1.3.0","id":"web1","pid":0,"status":"stopped","bundle":"/var/b",)"
             R"("rootfs":"/var/b/rootfs","created":"2026-01-02T15:04:05.000000006Z",)"
             R"("owner":"root"})");
}

BOOST_AUTO_TEST_CASE(a_hook_reads_the_keys_of_the_specification_only) {
  State state = running();
  state.status = ContainerStatus::kCreating;
  BOOST_TEST(hook_state(state) ==
             R"({"ociVersion":"1.3.0","id":"web1","status":"creating","pid":4242,)"
             R"("bundle":"/var/b","annotations":{"b.key":"say \"hi\"","a.key":""}})");
}

BOOST_AUTO_TEST_CASE(a_hook_after_the_end_reads_no_pid) {
  State state = running();
  state.status = ContainerStatus::kStopped;
  state.pid = 0;
  state.annotations.clear();
  BOOST_TEST(hook_state(state) ==
             R"({"ociVersion":"1.3.0","id":"web1","status":"stopped","bundle":"/var/b"})");
}

BOOST_AUTO_TEST_CASE(head_pid_and_tail_are_the_state_of_a_hook) {
  // An id that contains the text of the split point must not move the split.
  State state = running();
  state.id = R"(a","pid":0,"b)";
  const SplitState split = split_hook_state(state);
  BOOST_TEST(split.head + "4242" + split.tail == hook_state(state));
}

BOOST_AUTO_TEST_CASE(each_status_has_the_name_of_the_specification) {
  BOOST_TEST(status_name(ContainerStatus::kCreating) == "creating");
  BOOST_TEST(status_name(ContainerStatus::kCreated) == "created");
  BOOST_TEST(status_name(ContainerStatus::kRunning) == "running");
  BOOST_TEST(status_name(ContainerStatus::kPaused) == "paused");
  BOOST_TEST(status_name(ContainerStatus::kStopped) == "stopped");
}

BOOST_AUTO_TEST_CASE(any_bytes_make_a_document_that_parses) {
  State state = running();
  state.bundle = "/b/\xff\x01\n\"\\caf\xc3\xa9";
  state.annotations = {{"\xc3", "\xed\xa0\x80"}};
  for (const std::string& text : {state_json(state), state_line(state), hook_state(state)}) {
    json::Document document;
    document.Parse<rapidjson::kParseValidateEncodingFlag>(text.data(), text.size());
    BOOST_TEST_REQUIRE(!document.HasParseError());
    BOOST_TEST(document["bundle"].GetString() == "/b/\xef\xbf\xbd\x01\n\"\\caf\xc3\xa9");
  }
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_utf8_are_replaced_one_by_one) {
  const std::string r = "\xef\xbf\xbd";
  BOOST_TEST(valid_utf8("plain") == "plain");
  BOOST_TEST(valid_utf8("\xe2\x82\xac \xf0\x9f\x90\xb3") == "\xe2\x82\xac \xf0\x9f\x90\xb3");
  BOOST_TEST(valid_utf8("a\x80z") == "a" + r + "z");
  BOOST_TEST(valid_utf8("\xe2\x82") == r + r);                  // cut short
  BOOST_TEST(valid_utf8("\xc0\xaf") == r + r);                  // overlong
  BOOST_TEST(valid_utf8("\xed\xa0\x80") == r + r + r);          // a surrogate
  BOOST_TEST(valid_utf8("\xf4\x90\x80\x80") == r + r + r + r);  // beyond U+10FFFF
  BOOST_TEST(valid_utf8("\xf4\x8f\xbf\xbf") == "\xf4\x8f\xbf\xbf");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::spec
