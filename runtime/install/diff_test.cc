#include "runtime/install/diff.h"

#include "runtime/install/test_files.h"

namespace oci::install {
namespace {

BOOST_AUTO_TEST_SUITE(diff)

BOOST_AUTO_TEST_CASE(equal_texts_have_none) {
  BOOST_TEST(unified_diff("f", "a\n", "a\n") == "");
  BOOST_TEST(unified_diff("f", {}, {}) == "");
}

BOOST_AUTO_TEST_CASE(a_new_and_a_removed_file) {
  BOOST_TEST(unified_diff("f", {}, "a\nb\n") == "--- /dev/null\n+++ f\n@@ -0,0 +1,2 @@\n+a\n+b\n");
  BOOST_TEST(unified_diff("f", "a\n", {}) == "--- f\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n");
}

BOOST_AUTO_TEST_CASE(distant_changes_are_hunks_of_their_own) {
  BOOST_TEST(
      unified_diff("f", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n", "1\nx\n3\n4\n5\n6\n7\n8\n9\n10\n11\n") ==
      "--- f\n+++ f\n@@ -1,5 +1,5 @@\n 1\n-2\n+x\n 3\n 4\n 5\n"
      "@@ -8,3 +8,4 @@\n 8\n 9\n 10\n+11\n");
}

BOOST_AUTO_TEST_CASE(near_changes_share_a_hunk) {
  BOOST_TEST(unified_diff("f", "1\n2\n3\n4\n5\n6\n", "0\n1\n2\n3\n4\n5\nx\n") ==
             "--- f\n+++ f\n@@ -1,6 +1,7 @@\n+0\n 1\n 2\n 3\n 4\n 5\n-6\n+x\n");
}

BOOST_AUTO_TEST_CASE(a_last_line_without_an_end_is_told) {
  BOOST_TEST(unified_diff("f", "a", "a\n") ==
             "--- f\n+++ f\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::install
