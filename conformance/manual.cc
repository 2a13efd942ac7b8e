// Writes oci-rt-conformance(1), from the options of oci-conformance, for the build.
#include <cstdio>
#include <string>
#include <string_view>

#include "conformance/harness/command_line.h"
#include "conformance/harness/options.h"

namespace oci::conformance {
namespace {

// As a line of a page in the form of man(7).
std::string literal(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if (c == '\'') {
      out += "\\(aq";
    } else {
      out += c;
    }
  }
  return out;
}

// In lines of at most 76 bytes.
std::string lines_of(std::string_view text) {
  std::string out, line;
  while (!text.empty()) {
    const std::string word = literal(text.substr(0, text.find(' ')));
    text.remove_prefix(text.find(' ') == text.npos ? text.size() : text.find(' ') + 1);
    if (!line.empty() && line.size() + 1 + word.size() > 76) {
      out += line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return out + line + "\n";
}

constexpr struct {
  const char* purpose;
  const char* command;
} kExamples[] = {
    {"List the cases about the command line, and the clauses that they prove:",
     "oci-conformance --list --filter 'cli/*'"},
    {"Print the rules of the specification, and the cases that prove them:",
     "oci-conformance --coverage"},
};

std::string page() {
  Options options;
  const CommandLine line = command_line(options);
  const std::string_view usage = line.usage;
  std::string out = ".TH OCI\\-RT\\-CONFORMANCE 1 2026-11-30 \"oci-rt\" \"oci-rt\"\n.SH NAME\n";
  out += "oci\\-rt\\-conformance, oci\\-conformance \\- tests container runtimes\n.SH SYNOPSIS\n";
  out += "\\fBoci\\-conformance\\fR " + literal(usage.substr(0, usage.find('\n'))) + "\n";
  out += ".SH DESCRIPTION\n" + lines_of(line.summary);
  out += lines_of(
      "Each case makes a bundle, calls the runtime as an engine does, and judges the result by a "
      "clause of the runtime specification. The cases need root and a static busybox.");
  out += ".SH OPTIONS\n";
  for (const Word& word : line.words) {
    out += ".TP\n\\fB\\-\\-" + literal(word.name) + "\\fR";
    if (word.value != nullptr) out += " \\fI" + literal(word.value) + "\\fR";
    out += "\n" + lines_of(word.help);
  }
  out +=
      ".SH EXIT STATUS\n.TP\n0\nNo case failed.\n.TP\n1\nA case failed, or passed against an\n"
      "expected deviation.\n.TP\n2\nThe command line or the host is wrong.\n.SH EXAMPLES\n";
  for (const auto& example : kExamples) {
    if (&example != kExamples) out += ".PP\n";
    out +=
        lines_of(example.purpose) + ".PP\n.RS 4\n.nf\n" + literal(example.command) + "\n.fi\n.RE\n";
  }
  return out + ".SH SEE ALSO\n\\fBoci\\-rt\\fR(8)\n";
}

}  // namespace
}  // namespace oci::conformance

// manual page|examples
int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "examples") {
    for (const auto& example : oci::conformance::kExamples)
      std::puts(example.command);
    return 0;
  }
  return std::fputs(oci::conformance::page().c_str(), stdout) < 0 ? 1 : 0;
}
