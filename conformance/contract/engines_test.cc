// Texts that engines misclassify, to prove the rules.
#include "conformance/contract/engines.h"

#include "conformance/contract/table.h"
#include "conformance/harness/case.h"
#include "third_party/boost_test.h"

namespace oci::conformance {
namespace {

BOOST_AUTO_TEST_SUITE(contract)

BOOST_AUTO_TEST_CASE(podman_searches_for_the_words_of_errnos) {
  BOOST_TEST(podman_class({"create", "", "open x: No such file or directory"}) == "127");
  BOOST_TEST(podman_class({"create", "", "executable file not found in $PATH"}) == "127");
  BOOST_TEST(podman_class(
                 {"create", "", "x: Operation not permitted: no such file or directory"}) == "126");
  BOOST_TEST(podman_class({"create", "", "write `/proc/self/attr/exec`: EINVAL"}) == "attr");
  BOOST_TEST(podman_class({"create", "", "write '/proc/self/attr/exec': EINVAL"}) == "125");
  BOOST_TEST(podman_class({"create", "", "x not found"}) == "125");
  BOOST_TEST(podman_class({"exec", "", "x not found"}) == "127");
}

BOOST_AUTO_TEST_CASE(docker_wants_the_program_in_the_text) {
  BOOST_TEST(docker_class({"create", "nope", "nope: executable file not found in $PATH"}) == "127");
  BOOST_TEST(docker_class({"create", "nope", "x: executable file not found in $PATH"}) == "128");
  BOOST_TEST(docker_class({"create", "x", "x: permission denied"}) == "126");
  BOOST_TEST(docker_class({"create", "x", "/x is a file, not a directory"}) == "127 mount");
}

BOOST_AUTO_TEST_CASE(containerd_and_crio_take_some_words_for_a_task_that_is_gone) {
  BOOST_TEST(containerd_class({"kill", "", "the file does not exist"}) == "notfound");
  BOOST_TEST(containerd_class({"kill", "", "No Such Process"}) == "notfound");
  BOOST_TEST(containerd_class({"create", "", "the file does not exist"}) == "error");
  BOOST_TEST(crio_class({"kill", "", "container not running"}) == "notfound");
  BOOST_TEST(crio_class({"kill", "", "No such process"}) == "error");
}

BOOST_AUTO_TEST_CASE(a_log_is_one_error_record) {
  const std::string good = R"({"level":"error","msg":"x","time":"2026-01-02T15:04:05Z"})";
  const std::string warning = R"({"level":"warning","msg":"x","time":"2026-01-02T15:04:05Z"})";
  BOOST_TEST(record_problem(read_records(good + "\n")) == "");
  BOOST_TEST(record_problem(read_records("")) != "");
  BOOST_TEST(record_problem(read_records(good + "\n" + good + "\n")) != "");
  BOOST_TEST(record_problem(read_records(warning + "\n")) != "");
  BOOST_CHECK_THROW(read_records("time=now level=error\n"), Failed);
  BOOST_CHECK_THROW(read_records(R"({"level":"error","msg":"x"})"), Failed);
}

BOOST_AUTO_TEST_CASE(times_are_what_go_reads) {
  for (const char* good :
       {"2026-01-02T15:04:05Z", "2026-01-02T15:04:05.123456Z", "2026-01-02T15:04:05+01:00"}) {
    BOOST_TEST(is_rfc3339(good), good);
  }
  for (const char* bad : {"", "2026-01-02 15:04:05Z", "2026-01-02T15:04:05",
                          "2026-01-02T15:04:05.Z", "2026-01-02T15:04:05+0100"}) {
    BOOST_TEST(!is_rfc3339(bad), bad);
  }
}

BOOST_AUTO_TEST_CASE(utf8_is_the_strict_one) {
  for (const char* good : {"a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"}) {
    BOOST_TEST(is_utf8(good), good);
  }
  for (const char* bad :
       {"\x80", "\xc0\xaf", "\xe2\x82", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xff"}) {
    BOOST_TEST(!is_utf8(bad));
  }
  BOOST_TEST(stderr_problem("") != "");
  BOOST_TEST(stderr_problem("\xff") != "");
  BOOST_TEST(stderr_problem(std::string(8191, 'x')) == "");
  BOOST_TEST(stderr_problem(std::string(8192, 'x')) != "");
}

BOOST_AUTO_TEST_CASE(a_row_is_a_name_and_its_lines) {
  const std::vector<Row> rows = parse_table("# x\none\n  set /a 1\n\n  call state $ID\n  says x\n");
  BOOST_REQUIRE(rows.size() == 1U);
  BOOST_TEST(rows[0].name == "one");
  BOOST_REQUIRE(rows[0].lines.size() == 3U);
  BOOST_TEST(rows[0].lines[0].keyword == "set");
  BOOST_TEST(rows[0].lines[0].rest == "/a 1");
  BOOST_TEST(rows[0].lines[1].number == 5);
}

BOOST_AUTO_TEST_CASE(a_wrong_table_is_refused) {
  for (const char* bad :
       {"  call x\n", "a\n  nosuch x\n", "a\n  call x\n", "a\n  says x\n",
        "a\n  call x\n  call y\n  says x\n", "a\n  call x\n  says x\na\n  call x\n  says x\n"}) {
    BOOST_CHECK_THROW(parse_table(bad), std::runtime_error);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::conformance
