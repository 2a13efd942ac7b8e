// Every property listed in spec/testdata/properties.txt must be read, not ignored.
#include <map>
#include <sstream>

#include "spec/parse/parse_config.h"
#include "spec/testing.h"
#include "third_party/boost_test.h"
#include "third_party/rapidjson.h"

namespace oci::spec {
namespace {

struct Property {
  std::string path;  // "linux.netDevices.<key>.name", "hooks.prestart[].args[]"
  std::string type;
  bool required = false;
};

std::ostream& operator<<(std::ostream& out, const Property& property) {
  return out << property.path;
}

std::vector<Property> properties() {
  std::vector<Property> found;
  std::istringstream lines(testing::testdata("properties.txt"));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream words(line);
    Property& property = found.emplace_back();
    std::string required;
    words >> property.path >> property.type >> required;
    property.required = required == "required";
  }
  return found;
}

// "a.<key>[].b" → "a", "<key>", "[]", "b"
std::vector<std::string> steps_of(const std::string& path) {
  std::vector<std::string> steps;
  std::string word;
  for (const char c : path + ".") {
    if (c != '.' && c != '[') {
      word += c;
      continue;
    }
    if (!word.empty()) steps.push_back(word == "]" ? "[]" : word);
    word.clear();
  }
  for (std::string& step : steps)
    if (step.ends_with(']')) step = "[]";
  return steps;
}

// A document that contains only the property with `value`.
std::string document_with(const std::string& path, const std::string& value) {
  std::string before;
  std::string after;
  for (const std::string& step : steps_of(path)) {
    before += step == "[]" ? "[" : "{\"" + step + "\": ";
    after += step == "[]" ? "]" : "}";
  }
  return before + value + std::string(after.rbegin(), after.rend());
}

// The path in a message: the first element, and quotes around the key.
std::string reported_path(std::string path) {
  for (size_t at = 0; (at = path.find("[]", at)) != std::string::npos;)
    path.insert(at + 1, "0");
  for (size_t at = 0; (at = path.find(".<key>", at)) != std::string::npos;)
    path.replace(at, 6, "[\"<key>\"]");
  return path;
}

const std::map<std::string, std::string> kExpected = {
    {"object", "expected an object, "},      {"array", "expected an array, "},
    {"string", "expected a string, "},       {"integer", "expected an integer from "},
    {"boolean", "expected true or false, "}, {"enum", "expected one of "},
};

// True if the document has the property at least once, in any element or under any key.
bool has(const json::Value& value, const std::vector<std::string>& steps, size_t next = 0) {
  if (next == steps.size()) return true;
  if (steps[next] == "[]") {
    if (!value.IsArray()) return false;
    for (const json::Value& element : value.GetArray())
      if (has(element, steps, next + 1)) return true;
    return false;
  }
  if (!value.IsObject()) return false;
  for (const auto& member : value.GetObject())
    if (steps[next] == "<key>" || steps[next] == member.name.GetString())
      if (has(member.value, steps, next + 1)) return true;
  return false;
}

BOOST_AUTO_TEST_SUITE(property)

BOOST_AUTO_TEST_CASE(the_list_is_there) {
  BOOST_TEST(properties().size() == 258u);
}

// 7.5 is wrong for every type.
BOOST_DATA_TEST_CASE(of_a_wrong_type_is_reported_at_its_path, properties(), sample) {
  const std::string text = document_with(sample.path, "7.5");
  const Result<Config> config = parse_config(text, "config.json");
  BOOST_TEST_REQUIRE(!config);
  const std::string line = cat("config.json:1:", text.find("7.5") + 1, ": ",
                               reported_path(sample.path), ": ", kExpected.at(sample.type));
  BOOST_TEST(config.error().message().find(line) != std::string::npos,
             line << " is not in\n"
                  << config.error().message());
}

BOOST_DATA_TEST_CASE(is_required_or_not_as_the_list_says, properties(), sample) {
  const std::string text = document_with(sample.path, "null");
  const Result<Config> config = parse_config(text, "config.json");
  const std::string line = cat(": ", reported_path(sample.path), ": missing");
  const bool reported = !config && config.error().message().find(line) != std::string::npos;
  BOOST_TEST(reported == sample.required);
}

// A program without a value for an optional string may write an empty one.
BOOST_DATA_TEST_CASE(is_absent_where_it_is_an_empty_string, properties(), sample) {
  const bool is_text = sample.type == "string" || sample.type == "enum";
  if (!is_text || sample.required || sample.path.ends_with(']') || sample.path.ends_with('>'))
    return;
  const std::string text = document_with(sample.path, R"("")");
  const Result<Config> config = parse_config(text, "config.json");
  const std::string line = cat(": ", reported_path(sample.path), ": ");
  BOOST_TEST((config || config.error().message().find(line) == std::string::npos));
}

BOOST_DATA_TEST_CASE(is_in_the_complete_config, properties(), sample) {
  if (sample.path == "linux.personality.flags[]") return;  // none is defined
  json::Document document;
  document.Parse(testing::testdata("good/complete.json").c_str());
  BOOST_TEST_REQUIRE(!document.HasParseError());
  BOOST_TEST(has(document, steps_of(sample.path)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::spec
