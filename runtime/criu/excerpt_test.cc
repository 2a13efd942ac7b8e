#include "runtime/criu/excerpt.h"

#include "third_party/boost_test.h"

namespace oci::criu {
namespace {

BOOST_AUTO_TEST_SUITE(excerpts)

BOOST_AUTO_TEST_CASE(the_errors_of_a_log_are_one_line) {
  BOOST_TEST(excerpt("(00.001) Warn  (criu/x.c:1): nothing\n"
                     "(00.002) Error (criu/util.c:1534): rlimit: Can't setup RLIMIT_NOFILE for "
                     "self: Operation not permitted\n"
                     "(00.003)  12: Error (criu/files-reg.c:1790): Can't lookup mount=49 for fd=1\n"
                     "(00.004) Error (criu/cr-dump.c:1545): Dump files (pid: 9) failed with -1\n"
                     "(00.005) Error (criu/cr-dump.c:1545): Dump files (pid: 9) failed with -1\n"
                     "(00.006) Error (criu/cr-dump.c:1975): Dumping FAILED.") ==
             "Can't lookup mount=49 for fd=1; Dump files (pid: 9) failed with -1; Dumping FAILED.");
}

BOOST_AUTO_TEST_CASE(a_log_without_errors_has_none) {
  BOOST_TEST(excerpt("").empty());
  BOOST_TEST(excerpt("(00.001) all is well\n\n").empty());
}

BOOST_AUTO_TEST_CASE(phrases_that_engines_search_for_are_replaced) {
  const std::string text = excerpt(
      "Error (a.c:1): Can't open x: No such file or directory\n"
      "Error (a.c:2): Can't open y: Permission denied\n");
  BOOST_TEST(text.find("No such file") == text.npos);
  BOOST_TEST(text.find("Permission denied") == text.npos);
  BOOST_TEST(text.find("Can't open x: ") == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::criu
