#include "runtime/install/toml.h"

#include "runtime/install/test_files.h"
#include "spec/testing.h"

namespace oci::install {
namespace {

// Shows each entry as a line, "PATH=VALUE" or "[PATH]".
std::string seen(std::string_view text) {
  std::string out;
  for (const TomlEntry& entry : good(scan_toml(text, "f"))) {
    const std::string path = toml_dotted(entry.path);
    out += entry.table ? cat("[", path, "]\n") : cat(path, "=", value_of(text, entry), "\n");
  }
  return out;
}

std::string problem(std::string_view text) {
  return error_of(scan_toml(text, "f"));
}

BOOST_AUTO_TEST_SUITE(toml)

BOOST_AUTO_TEST_CASE(statements_have_their_whole_paths) {
  BOOST_TEST(
      seen("a = 1\n[b]\nc.d = 'x' # y\n[ b . \"e.f\" ]\ng = {h = [1, 2]}\n[[i]]\nj = true") ==
      "a=1\n[b]\nb.c.d='x'\n[b.\"e.f\"]\nb.\"e.f\".g={h = [1, 2]}\n[i]\ni.j=true\n");
}

BOOST_AUTO_TEST_CASE(values_go_over_lines) {
  BOOST_TEST(seen("a = [ # one\n  'x]', # [two]\n  \"y\\\"]\",\n]\nb = \"\"\"\n[c]\nd = "
                  "1\\\n\"\"\"\"\ne = '''\n\\'''\n") ==
             "a=[ # one\n  'x]', # [two]\n  \"y\\\"]\",\n]\n"
             "b=\"\"\"\n[c]\nd = 1\\\n\"\"\"\"\ne='''\n\\'''\n");
  BOOST_TEST(seen("a = 2024-01-02 03:04:05 # x\nb = -1.5e3\nc=inf\n") ==
             "a=2024-01-02 03:04:05\nb=-1.5e3\nc=inf\n");
}

BOOST_AUTO_TEST_CASE(lines_may_end_as_on_windows) {
  const std::string text = "a = 1\r\n[b]\r\nc = 2\r\n";
  BOOST_TEST(seen(text) == "a=1\n[b]\nb.c=2\n");
  const auto entries = good(scan_toml(text, "f"));
  BOOST_TEST(text.substr(entries[2].begin, entries[2].end - entries[2].begin) == "c = 2");
}

BOOST_AUTO_TEST_CASE(the_default_of_containerd_is_understood) {
  const std::string text =
      read_test_file(cat(testing::kSourceTree, "/runtime/install/testdata/containerd-1.6.toml"));
  const auto entries = good(scan_toml(text, "f"));
  const TomlPath path = {
      "plugins", "io.containerd.grpc.v1.cri", "containerd", "runtimes", "runc", "runtime_type"};
  const TomlEntry* type = find_entry(entries, path);
  BOOST_REQUIRE(type != nullptr);
  BOOST_TEST((toml_string(value_of(text, *type)) == "io.containerd.runc.v2"));
  BOOST_TEST(find_entry(entries, {"plugins", "nothing"}) == nullptr);
}

BOOST_AUTO_TEST_CASE(what_is_not_toml_is_refused_with_its_place) {
  BOOST_TEST(problem("a = 1\nb\n") == "f:2:2: expected '=' after a key");
  BOOST_TEST(problem("[a\nb = 1\n") == "f:1:3: expected ']'");
  BOOST_TEST(problem("[[a]\n") == "f:1:4: expected ']]'");
  BOOST_TEST(problem("a = \"x\n") == "f:1:5: this string does not end on its line");
  BOOST_TEST(problem("a = \"\"\"x\n") == "f:1:5: this string does not end");
  BOOST_TEST(problem("x = 1\na = [1,\n2\n") == "f:2:5: this array does not end");
  BOOST_TEST(problem("a = {b = 1\n") == "f:1:5: this table does not end");
  BOOST_TEST(problem("a = 1 2\n") == "f:1:7: expected the end of the line");
  BOOST_TEST(problem("a = \n") == "f:1:5: expected a value");
  BOOST_TEST(problem("= 1\n") == "f:1:1: expected a key");
  BOOST_TEST(problem("a = \"\\q\"\n") == "f:1:6: unknown escape in a string");
  BOOST_TEST(problem("a = " + std::string(100, '[') + "\n").ends_with("nested too deep"));
}

BOOST_AUTO_TEST_CASE(strings_mean_what_they_say) {
  BOOST_TEST((toml_string("\"a\\tb\\u00e9\\\"\"") == "a\tb\xc3\xa9\""));
  BOOST_TEST((toml_string("'a\\t'") == "a\\t"));
  BOOST_TEST((toml_string("\"\"\"\na\\\n   b\"\"\"") == "ab"));
  BOOST_TEST(!toml_string("1"));
  BOOST_TEST(!toml_string("\"a\" x"));
  for (const std::string text : {"plain", "a\"b\\c", "tab\t\x01\x7f", "\xc3\xa9"}) {
    BOOST_TEST((toml_string(toml_quoted(text)) == text));
  }
}

BOOST_AUTO_TEST_CASE(arrays_of_strings) {
  const auto read = [](std::string_view text) {
    std::string out;
    const auto strings = toml_strings(text);
    if (!strings) return std::string("none");
    for (const std::string& item : strings->items)
      out += cat(item, ";");
    return out + (strings->append ? "+" : "");
  };
  BOOST_TEST(read("[]") == "");
  BOOST_TEST(read("[ \"a\", # x\n 'b',\n]") == "a;b;");
  BOOST_TEST(read("[\"a\", {append = true}]") == "a;+");
  BOOST_TEST(read("[\"a\", {append=false}]") == "a;");
  BOOST_TEST(read("[1]") == "none");
  BOOST_TEST(read("\"a\"") == "none");
  BOOST_TEST(read("['a' 'b']") == "none");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::install
