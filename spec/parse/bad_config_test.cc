// Every spec/testdata/bad/NAME.json is refused with exactly the lines of NAME.expected.
#include <algorithm>
#include <filesystem>

#include "spec/parse/parse_config.h"
#include "spec/testing.h"
#include "third_party/boost_test.h"

namespace oci::spec {
namespace {

std::vector<std::string> bad_configs() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(testing::testdata_path("bad")))
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

BOOST_AUTO_TEST_SUITE(bad_config)

BOOST_AUTO_TEST_CASE(the_cases_are_there) {
  BOOST_TEST(bad_configs().size() > 50u);
}

BOOST_DATA_TEST_CASE(is_refused_with_the_expected_lines, bad_configs(), name) {
  const std::string text = testing::testdata(cat("bad/", name, ".json"));
  const std::string expected = testing::testdata(cat("bad/", name, ".expected"));
  BOOST_TEST_REQUIRE(!expected.empty());

  const Result<Config> config = parse_config(text, "config.json");
  BOOST_TEST_REQUIRE(!config);
  BOOST_TEST((config.error().kind() == ErrorKind::kInvalidConfig));
  BOOST_TEST(cat(config.error().message(), "\n") == expected);
}

// All lengths, so that the last byte falls on the end of an allocation: the sanitizers then catch a
// read past it.
BOOST_AUTO_TEST_CASE(a_text_that_ends_inside_a_character_is_read_to_its_end) {
  for (const std::string_view rest :
       {"\xc3", "\xe2", "\xe2\x82", "\xf3", "\xf3\xa0", "\xf3\xa0\x80"}) {
    for (size_t length = 0; length < 200; ++length) {
      const std::string text = cat("{\"", std::string(length, 'a'), rest);
      const Result<Config> config = parse_config(text, "config.json");
      BOOST_TEST_REQUIRE(!config);
      BOOST_TEST(config.error().message() ==
                 cat("config.json:1:", length + 3, ": expected a string in UTF-8"));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::spec
