#include "conformance/contract/texts.h"

#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "conformance/harness/data.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"

namespace oci::conformance {
namespace {

bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

// "NAME: TEXT" a line.
std::map<std::string, std::string> read_texts() {
  std::map<std::string, std::string> texts;
  for (const std::string& line : lines(read_file(data("contract/texts.txt")))) {
    const size_t colon = line.find(": ");
    if (line.starts_with('#') || colon == line.npos) continue;
    texts[line.substr(0, colon)] = line.substr(colon + 2);
  }
  return texts;
}

bool keep(const std::string& name, const std::string& said) {
  const char* file = std::getenv("OCI_CONTRACT_TEXTS");
  if (file == nullptr) return false;
  std::FILE* out = std::fopen(file, "ae");
  expect(out != nullptr, std::string("cannot write ") + file);
  std::fprintf(out, "%s: %s\n", name.c_str(), said.c_str());
  std::fclose(out);
  return true;
}

}  // namespace

std::string timeless(std::string said) {
  std::string out;
  const auto number_behind = [&](std::string_view word) {
    return std::string_view(out).ends_with(word);
  };
  for (size_t at = 0; at < said.size();) {
    const bool varies = is_digit(said[at]) && (number_behind("after ") || number_behind(".json:") ||
                                               number_behind(".json:L:"));
    if (!varies) {
      out += said[at++];
      continue;
    }
    out += number_behind(".json:") ? 'L' : number_behind(":L:") ? 'C' : 'N';
    while (at < said.size() && is_digit(said[at]))
      ++at;
  }
  return out;
}

std::string error_lines(const std::string& report) {
  std::string out;
  for (const std::string& line : lines(report)) {
    if (line.find(": error ") == line.npos) continue;
    out += (out.empty() ? "" : "; ") + line;
  }
  return out.empty() ? "no error" : out;
}

void expect_text(const std::string& name, const std::string& said) {
  const std::string text = timeless(said);
  if (keep(name, text)) return;
  static const std::map<std::string, std::string> texts = read_texts();
  const auto wanted = texts.find(name);
  expect(wanted != texts.end(), "contract/texts.txt has no text for '" + name + "': " + text);
  expect_equal("the message, by contract/texts.txt,", text, wanted->second);
}

}  // namespace oci::conformance
