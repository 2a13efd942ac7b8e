#include "spec/number_list.h"

#include <limits>

#include "third_party/boost_test.h"

namespace oci::spec {
namespace {

BOOST_AUTO_TEST_SUITE(number_list)

BitSet set_of(std::string_view text) {
  const auto set = parse_number_list(text, kMostCpus);
  BOOST_TEST_REQUIRE(set.has_value());
  return *set;
}

BOOST_AUTO_TEST_CASE(numbers_and_ranges_become_bits) {
  BOOST_TEST(set_of("0-3,7") == BitSet{0x8f});
  BOOST_TEST(set_of("5") == BitSet{0x20});
  BOOST_TEST(set_of("3,3-3,2-4") == BitSet{0x1c});
  BOOST_TEST(set_of("0-63") == BitSet{std::numeric_limits<uint64_t>::max()});
}

BOOST_AUTO_TEST_CASE(a_set_is_as_long_as_its_highest_number_needs) {
  BOOST_TEST(set_of("64") == (BitSet{0, 1}));
  BOOST_TEST(set_of("63,128") == (BitSet{uint64_t{1} << 63, 0, 1}));
  BOOST_TEST(count_of(set_of("0-8191")) == 8192u);
}

BOOST_AUTO_TEST_CASE(blanks_and_extra_commas_mean_nothing) {
  BOOST_TEST(set_of(" 1 , 3,, \n") == BitSet{0xa});
  BOOST_TEST(set_of("").empty());
  BOOST_TEST(set_of(" ,").empty());
}

BOOST_AUTO_TEST_CASE(what_is_no_list_is_refused) {
  for (const char* text : {"a", "1-", "-1", "-", "3-1", "1-2-3", "1 2", "+1", "0x1", "1.5", "8192",
                           "0-8192", "18446744073709551616", "0-3:2/4"}) {
    BOOST_TEST_CONTEXT(text) BOOST_TEST(!parse_number_list(text, kMostCpus));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::spec
