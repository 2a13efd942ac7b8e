#include "runtime/start/error_text.h"

#include <climits>
#include <cstring>
#include <string>

#include "third_party/boost_test.h"

namespace oci::start {
namespace {

BOOST_AUTO_TEST_SUITE(error_texts)

BOOST_AUTO_TEST_CASE(are_those_of_the_c_library) {
  for (int number = -3; number <= 4095; ++number)
    if (std::strcmp(error_text(number), std::strerror(number)) != 0)
      BOOST_ERROR(number << ": " << error_text(number));
  for (const int number : {INT_MIN, INT_MAX})
    BOOST_TEST(std::string(error_text(number)) == std::strerror(number));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::start
