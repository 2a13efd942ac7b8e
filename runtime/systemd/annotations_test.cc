#include "runtime/systemd/annotations.h"

#include "runtime/systemd/gvariant.h"
#include "third_party/boost_test.h"

namespace oci::systemd {
namespace {

// "signature value value…", or "-".
std::string variant(std::string_view text) {
  const std::optional<Variant> parsed = parse_gvariant(text);
  if (!parsed) return "-";
  std::string out = parsed->signature;
  for (const std::string& value : parsed->values)
    out += cat(" ", value);
  return out;
}

BOOST_AUTO_TEST_CASE(values_have_the_type_that_gvariant_gives_them) {
  const std::pair<const char*, const char*> cases[] = {
      {"true", "b true"},
      {" false ", "b false"},
      {"15", "i 15"},
      {"-3", "i -3"},
      {"+3", "i 3"},
      {"0x1F", "i 31"},
      {"017", "i 15"},
      {"uint64 5", "t 5"},
      {"uint64 18446744073709551615", "t 18446744073709551615"},
      {"int64 -9223372036854775808", "x -9223372036854775808"},
      {"byte 255", "y 255"},
      {"@t 5", "t 5"},
      {"@y 0x10", "y 16"},
      {"double 1", "d 1"},
      {"1.5", "d 1.5"},
      {"-1e3", "d -1e3"},
      {"'text'", "s text"},
      {"\"it's\"", "s it's"},
      {"'a\\'b\\n\\u00e9'", "s a'b\n\xc3\xa9"},
      {"''", "s "},
      {"objectpath '/a'", "o /a"},
      {"['a', 'b']", "as a b"},
      {"[ 'a' ,'b']", "as a b"},
      {"[1, 2]", "ai 1 2"},
      {"[uint32 1, 2]", "au 1 2"},
      {"[byte 0x0f, 0xff]", "ay 15 255"},
      {"@as []", "as"},
      {"@at [1]", "at 1"},
  };
  for (const auto& [text, expected] : cases)
    BOOST_TEST(variant(text) == expected, text);
}

BOOST_AUTO_TEST_CASE(what_is_no_such_value_is_none_at_all) {
  for (const char* text :
       {"",           " ",           "text",      "'open",     "'a\\",          "15 16",
        "2147483648", "-2147483649", "uint32 -1", "byte 256",  "uint64",        "uint64 x",
        "uint64 1.5", "0x",          "09",        "--1",       "1.5.5",         "1e",
        "[",          "[1",          "[1,",       "[1 2]",     "['a', 1]",      "[]",
        "@as",        "@as 'a'",     "@s ['a']",  "@a(st) []", "@z 1",          "@t 'a'",
        "{'a': 1}",   "<1>",         "(1, 2)",    "boolean 1", "objectpath /a", "'\\ud800'",
        "'\\u0000'",  "nan",         "inf"}) {
    BOOST_TEST(variant(text) == "-", text);
  }
  BOOST_TEST(!parse_gvariant(std::string_view("'a\0b'", 5)));
}

std::string properties(const spec::Annotations& annotations) {
  const auto parsed = annotated_properties(annotations);
  if (!parsed) return parsed.error().message();
  std::string out;
  for (const Property& property : parsed.value()) {
    out += cat(property.name, "=", property.signature);
    for (const std::string& value : property.values)
      out += cat(" ", value);
    out += ";";
  }
  return out;
}

std::string property(const std::string& name, const std::string& value) {
  return properties({{cat("org.systemd.property.", name), value}});
}

BOOST_AUTO_TEST_CASE(only_its_own_annotations_are_properties) {
  BOOST_TEST(properties({{"a", "b"}, {"org.systemd.other", "x"}}) == "");
  BOOST_TEST(properties({{"org.systemd.property.KillSignal", "15"},
                         {"org.systemd.property.TimeoutStopUSec", "uint64 10000000"},
                         {"org.systemd.property.After", "['a.service']"}}) ==
             "KillSignal=i 15;TimeoutStopUSec=t 10000000;After=as a.service;");
}

BOOST_AUTO_TEST_CASE(seconds_are_told_in_microseconds) {
  BOOST_TEST(property("TimeoutStopSec", "7") == "TimeoutStopUSec=t 7000000;");
  BOOST_TEST(property("TimeoutStopSec", "uint64 7") == "TimeoutStopUSec=t 7000000;");
  BOOST_TEST(property("RuntimeMaxSec", "1.25") == "RuntimeMaxUSec=t 1250000;");
  BOOST_TEST(property("RuntimeMaxSec", "0.0000019") == "RuntimeMaxUSec=t 1;");
  BOOST_TEST(property("TimeoutStopUSec", "uint64 7") == "TimeoutStopUSec=t 7;");
  for (const char* bad : {"-1", "'7'", "true", "[7]", "1e3", "uint64 18446744073709551615"}) {
    BOOST_TEST(property("TimeoutStopSec", bad) ==
               cat("annotations.org.systemd.property.TimeoutStopSec: expected seconds, found '",
                   bad, "'"));
  }
}

BOOST_AUTO_TEST_CASE(mistakes_name_the_annotation) {
  BOOST_TEST(property("KillSignal", "SIGTERM") ==
             "annotations.org.systemd.property.KillSignal: expected a value such as true, 15, "
             "uint64 5, 'text' or ['a', 'b'], found 'SIGTERM'");
  for (const char* name : {"", "ab", "Kill-Signal", "Kill Signal", "KillSignal2"}) {
    BOOST_TEST(property(name, "15") ==
               cat("annotations.org.systemd.property.", name,
                   ": expected the name of a systemd property after the last '.'"));
  }
  BOOST_TEST(property("Wants", "['debug-shell.service']") ==
             "annotations.org.systemd.property.Wants: affects other units than the container's; "
             "set it in the unit files of the host");
  BOOST_TEST(property("PIDs", "[uint32 1]") ==
             "annotations.org.systemd.property.PIDs: is set by the runtime");
}

}  // namespace
}  // namespace oci::systemd
