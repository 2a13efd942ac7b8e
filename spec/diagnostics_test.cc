#include "spec/diagnostics.h"

#include "third_party/boost_test.h"

namespace oci::spec {
namespace {

std::string message(const Diagnostics& diagnostics, std::string_view text) {
  const Status status = diagnostics.to_status("c", text);
  return status ? "" : status.error().message();
}

BOOST_AUTO_TEST_SUITE(diagnostics)

BOOST_AUTO_TEST_CASE(no_problem_is_no_error) {
  BOOST_TEST(bool(Diagnostics().to_status("c", "{")));
}

BOOST_AUTO_TEST_CASE(a_path_joins_plain_keys_with_dots_and_quotes_the_others) {
  BOOST_TEST(child_path("", "linux") == "linux");
  BOOST_TEST(child_path("linux", "namespaces") == "linux.namespaces");
  BOOST_TEST(child_path("linux.namespaces", 2) == "linux.namespaces[2]");
  BOOST_TEST(child_path("annotations", "a.b/c") == "annotations[\"a.b/c\"]");
  BOOST_TEST(child_path("annotations", "") == "annotations[\"\"]");
  BOOST_TEST(child_path("", "a b") == "[\"a b\"]");
  BOOST_TEST(child_path("a", "x\"]\\\n\x7f") == "a[\"x\\\"]\\\\\\n\\x7f\"]");
}

BOOST_AUTO_TEST_CASE(a_long_text_is_cut_between_characters) {
  const std::string text = std::string(79, 'a') + "\xe2\x82\xac";
  BOOST_TEST(quoted(text) == "\"" + std::string(79, 'a') + "...\"");
  BOOST_TEST(quoted(std::string(80, 'a')) == "\"" + std::string(80, 'a') + "\"");
}

BOOST_AUTO_TEST_CASE(problems_stand_in_the_order_of_the_document) {
  Diagnostics found;
  found.add("b", "second");
  found.add("a[1]", "first");
  found.add("", "all");
  BOOST_TEST(message(found, "{\"a\": [0, 1],\n \"b\": 2}") ==
             "c:1:1: all\n"
             "c:1:11: a[1]: first\n"
             "c:2:7: b: second");
}

BOOST_AUTO_TEST_CASE(what_does_not_exist_is_shown_at_what_is_around_it) {
  Diagnostics found;
  found.add("a.b[7].c", "in the array");
  found.add("a[\"x\\\"y\"].z", "in the object");
  found.add("q.r", "in the document");
  BOOST_TEST(message(found, R"({"a": {"b": [1], "x\"y": {}}})") ==
             "c:1:1: q.r: in the document\n"
             "c:1:13: a.b[7].c: in the array\n"
             "c:1:26: a[\"x\\\"y\"].z: in the object");
}

BOOST_AUTO_TEST_CASE(a_key_is_matched_as_it_is_read_and_not_as_it_is_spelled) {
  Diagnostics found;
  found.add("ab", "here");
  BOOST_TEST(message(found, R"({"\u0061b" : true})") == "c:1:14: ab: here");
}

BOOST_AUTO_TEST_CASE(commas_and_brackets_in_strings_mislead_nobody) {
  Diagnostics found;
  found.add("b", "here");
  BOOST_TEST(message(found, R"({"a,:]}": ", : ] }\"{", "x": [[], {}, ""], "b": -1e5})") ==
             "c:1:49: b: here");
}

BOOST_AUTO_TEST_CASE(the_same_problem_is_told_once) {
  Diagnostics found;
  found.add("a", "wrong");
  found.add("b", "wrong");
  found.add("a", "wrong");
  BOOST_TEST(message(found, R"({"a": 1, "b": 2})") == "c:1:7: a: wrong\nc:1:15: b: wrong");
}

BOOST_AUTO_TEST_CASE(a_known_offset_is_kept) {
  Diagnostics found;
  found.add_at(3, "a", "here");
  BOOST_TEST(message(found, "{\n\n{") == "c:3:1: a: here");
}

BOOST_AUTO_TEST_CASE(what_is_too_much_is_counted) {
  Diagnostics found;
  for (size_t i = 0; i < 5000; ++i)
    found.add(child_path("a", i), "wrong");
  const std::string text = message(found, "{}");
  BOOST_TEST(std::count(text.begin(), text.end(), '\n') == 50);
  BOOST_TEST(text.ends_with("\nand 4950 more"));
}

BOOST_AUTO_TEST_CASE(what_follows_from_another_problem_is_left_out) {
  Diagnostics form;
  form.add("linux.namespaces[2].type", "form");
  form.add("mounts", "form");
  Diagnostics meaning;
  meaning.add("linux.namespaces[2]", "around it");
  meaning.add("linux.namespaces[2].type", "the same");
  meaning.add("mounts[0].destination", "within it");
  meaning.add("linux.namespaces[1].type", "another");
  meaning.add("mountsX", "another");
  form.add_unrelated(meaning);
  BOOST_TEST(message(form, "{}") ==
             "c:1:1: linux.namespaces[2].type: form\n"
             "c:1:1: mounts: form\n"
             "c:1:1: linux.namespaces[1].type: another\n"
             "c:1:1: mountsX: another");
}

BOOST_AUTO_TEST_CASE(nothing_follows_from_a_document_that_cannot_be_read) {
  Diagnostics form;
  form.add_at(0, {}, "syntax");
  Diagnostics meaning;
  meaning.add("root", "missing");
  form.add_unrelated(meaning);
  BOOST_TEST(message(form, "") == "c:1:1: syntax");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::spec
