#include "conformance/harness/json.h"

#include "conformance/harness/case.h"
#include "third_party/boost_test.h"

namespace oci::conformance {
namespace {

std::string edited(const char* text, const char* pointer, const char* value) {
  json::Document document = parse_json("text", text);
  place(document, pointer) = make_value(document, value);
  return to_text(document);
}

BOOST_AUTO_TEST_SUITE(pointer)

BOOST_AUTO_TEST_CASE(missing_parents_are_made) {
  BOOST_TEST(edited("{}", "/a/b", "c") == R"({"a":{"b":"c"}})");
}

BOOST_AUTO_TEST_CASE(a_dash_appends) {
  BOOST_TEST(edited(R"({"a":["x"]})", "/a/-", "y") == R"({"a":["x","y"]})");
  BOOST_TEST(edited("{}", "/a/-", "y") == R"({"a":["y"]})");
}

BOOST_AUTO_TEST_CASE(an_escaped_slash_belongs_to_the_name) {
  BOOST_TEST(edited("{}", "/net~1x", "1") == R"({"net/x":"1"})");
}

BOOST_AUTO_TEST_CASE(a_missing_value_is_not_found) {
  const json::Document document = parse_json("text", R"({"a":[1]})");
  BOOST_TEST(find(document, "/a/0") != nullptr);
  BOOST_TEST(find(document, "/a/1") == nullptr);
  BOOST_TEST(find(document, "/b") == nullptr);
}

BOOST_AUTO_TEST_CASE(removing_takes_a_member_or_an_element) {
  json::Document document = parse_json("text", R"({"a":[1,2],"b":3})");
  remove(document, "/a/0");
  remove(document, "/b");
  BOOST_TEST(to_text(document) == R"({"a":[2]})");
}

BOOST_AUTO_TEST_CASE(what_is_no_json_fails) {
  BOOST_CHECK_THROW(parse_json("text", "{"), Failed);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::conformance
