#include "runtime/criu/protobuf.h"

#include "third_party/boost_test.h"

namespace oci::criu {
namespace {

using namespace std::string_view_literals;

BOOST_AUTO_TEST_SUITE(protobuf)

// The examples of the format's own description.
BOOST_AUTO_TEST_CASE(numbers_and_texts_are_written) {
  Encoder out;
  out.number(1, 150);
  BOOST_TEST(out.bytes() == "\x08\x96\x01"sv);
  Encoder text;
  text.text(2, "testing");
  BOOST_TEST(text.bytes() == "\x12\x07testing"sv);
  Encoder outer;
  outer.message(3, out);
  BOOST_TEST(outer.bytes() == "\x1a\x03\x08\x96\x01"sv);
}

BOOST_AUTO_TEST_CASE(a_negative_number_has_ten_bytes) {
  Encoder out;
  out.number(1, -1);
  BOOST_TEST(out.bytes() == "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"sv);
  const Result<std::vector<Field>> fields = decode(out.bytes());
  BOOST_TEST_REQUIRE(!!fields);
  BOOST_TEST(static_cast<int32_t>(fields.value()[0].value) == -1);
}

BOOST_AUTO_TEST_CASE(fields_are_read_in_order_and_fixed_ones_skipped) {
  const auto fields =
      decode("\x08\x96\x01\x15\x01\x02\x03\x04\x19\x01\x02\x03\x04\x05\x06\x07\x08\xa2\x06\x01x"sv);
  BOOST_TEST_REQUIRE(!!fields);
  BOOST_TEST_REQUIRE(fields.value().size() == 2U);
  BOOST_TEST(fields.value()[0].number == 1U);
  BOOST_TEST(fields.value()[0].value == 150U);
  BOOST_TEST(!fields.value()[0].is_text);
  BOOST_TEST(fields.value()[1].number == 100U);
  BOOST_TEST(fields.value()[1].is_text);
  BOOST_TEST(fields.value()[1].text == "x");
}

BOOST_AUTO_TEST_CASE(a_damaged_message_is_an_error) {
  for (const std::string_view bad :
       {"\x08"sv, "\x08\x96"sv, "\x12\x05hell"sv, "\x15\x01\x02"sv, "\x0b"sv, "\x00\x01"sv,
        "\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"sv,
        "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"sv}) {
    const auto fields = decode(bad);
    BOOST_TEST(!fields);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::criu
