#include "runtime/sys/proc.h"

#include <unistd.h>

#include "third_party/boost_test.h"

namespace oci::sys {
namespace {

// Fields 4 to 21 of a real line. The start time follows.
constexpr char kFields[] = " 1 10 10 0 -1 4194560 100 0 0 0 1 2 3 4 20 0 1 0 ";

BOOST_AUTO_TEST_CASE(a_process_name_may_look_like_the_rest_of_the_line) {
  const Result<ProcessStat> stat =
      parse_process_stat(cat("7 (a) Z 1 (b)) S", kFields, "4711 2600 300\n"));
  BOOST_REQUIRE(stat);
  BOOST_TEST(stat.value().state == 'S');
  BOOST_TEST(stat.value().start_time == 4711u);
}

BOOST_AUTO_TEST_CASE(a_cut_or_foreign_stat_is_refused) {
  BOOST_TEST(!parse_process_stat(""));
  BOOST_TEST(!parse_process_stat("7 (a) S 1 2"));
  BOOST_TEST(!parse_process_stat("7 a S 1 2"));
  BOOST_TEST(!parse_process_stat(cat("7 (a) S", kFields, "x4711 2600\n")));
  BOOST_TEST(!parse_process_stat(cat("7 (a) S", kFields, "99999999999999999999 2600\n")));
}

BOOST_AUTO_TEST_CASE(this_process_runs_and_has_started) {
  const Result<ProcessStat> stat = read_process_stat(::getpid());
  BOOST_REQUIRE(stat);
  BOOST_TEST(stat.value().state == 'R');
  BOOST_TEST(stat.value().start_time > 0u);
}

BOOST_AUTO_TEST_CASE(a_process_that_does_not_exist_is_not_found) {
  const Result<ProcessStat> stat = read_process_stat(1 << 30);  // above any pid_max
  BOOST_REQUIRE(!stat);
  BOOST_TEST((stat.error().kind() == ErrorKind::kNotFound));
  BOOST_TEST(stat.error().message() == "process 1073741824 has ended");
}

BOOST_AUTO_TEST_CASE(the_boot_id_is_the_same_every_time) {
  const Result<std::string> first = boot_id();
  BOOST_REQUIRE(first);
  BOOST_TEST(first.value().size() == 36u);
  BOOST_TEST(boot_id().value() == first.value());
}

}  // namespace
}  // namespace oci::sys
