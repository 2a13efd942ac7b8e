#include "runtime/cli/duration.h"

#include <cstdint>
#include <utility>

#include "third_party/boost_test.h"

namespace oci::cli {
namespace {

BOOST_AUTO_TEST_SUITE(durations)

BOOST_AUTO_TEST_CASE(as_go_writes_them) {
  constexpr std::pair<const char*, int64_t> kGood[] = {
      {"100ms", 100'000'000},
      {"1s", 1'000'000'000},
      {"5s", 5'000'000'000},
      {"1m30s", 90'000'000'000},
      {"1h0m0.5s", 3600'500'000'000},
      {"1.5h", 5400'000'000'000},
      {".5s", 500'000'000},
      {"1.s", 1'000'000'000},
      {"+2us", 2'000},
      {"7\u00b5s", 7'000},
      {"7\u03bcs", 7'000},
      {"1ns", 1},
  };
  for (const auto& [text, wanted] : kGood) {
    const Result<std::chrono::nanoseconds> parsed = parse_duration("interval", text);
    BOOST_REQUIRE_MESSAGE(parsed, text);
    BOOST_TEST(parsed.value().count() == wanted, text);
  }
}

BOOST_AUTO_TEST_CASE(what_is_none) {
  for (const char* text : {"", "5", "0", "0s", "-1s", "s", "1 s", "1s ", "1d", "1..5s", ".s",
                           "1e3s", "0.1ns", "9999999999999999999s", "400000h", "1s-1s", "1S"}) {
    const Result<std::chrono::nanoseconds> parsed = parse_duration("interval", text);
    BOOST_REQUIRE_MESSAGE(!parsed, text);
    BOOST_TEST(parsed.error().message().starts_with("option --interval: expected a time above 0"));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::cli
