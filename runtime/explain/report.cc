#include "runtime/explain/report.h"

#include <cstdint>
#include <set>
#include <string_view>

#include "runtime/cli/json_writer.h"
#include "runtime/explain/pages.h"
#include "runtime/explain/paragraph.h"
#include "runtime/sys/log.h"

namespace oci::explain {
namespace {

using spec::Finding;

// A property of another platform is no mistake.
std::string_view severity_of(Code code) {
  if (code == Code::kOtherPlatform) return "note";
  return is_warning(code) ? "warning" : "error";
}

std::string counted(size_t number, std::string_view word) {
  return cat(number, " ", word, number == 1 ? "" : "s");
}

int64_t as_number(size_t number) {
  return static_cast<int64_t>(number);
}

// A URI reference: RFC 3986. A relative path stays relative.
std::string uri_of(std::string_view path) {
  constexpr std::string_view kUnreserved = "-._~/";
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string uri = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    const bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    const auto byte = static_cast<unsigned char>(c);
    if (is_word || kUnreserved.find(c) != kUnreserved.npos) {
      uri += c;
    } else {
      uri += {'%', kHex[byte >> 4], kHex[byte & 0xf]};
    }
  }
  return uri;
}

size_t warnings_in(const Examination& examination) {
  size_t count = 0;
  for (const Finding& finding : examination.findings)
    count += severity_of(finding.code) == "warning" ? 1 : 0;
  return count;
}

void write_rule(cli::JsonWriter& out, const Page& page) {
  out.begin_object();
  out.text("id", name_of(page.code));
  out.begin_object("shortDescription");
  out.text("text", page.title);
  out.end_object();
  out.begin_object("fullDescription");
  out.text("text", page.meaning);
  out.end_object();
  out.begin_object("help");
  out.text("text", page.cure);
  out.end_object();
  out.end_object();
}

void write_result(cli::JsonWriter& out, const Examination& examination, const Finding& finding) {
  out.begin_object();
  out.text("ruleId", name_of(finding.code));
  out.text("level", severity_of(finding.code));
  out.begin_object("message");
  out.text("text", finding.message());
  out.end_object();
  out.begin_array("locations");
  out.begin_object();
  out.begin_object("physicalLocation");
  out.begin_object("artifactLocation");
  out.text("uri", uri_of(examination.file));
  out.end_object();
  out.begin_object("region");
  out.number("startLine", as_number(finding.line));
  out.number("startColumn", as_number(finding.column));
  out.end_object();
  out.end_object();
  if (!finding.path.empty()) {
    out.begin_array("logicalLocations");
    out.begin_object();
    out.text("fullyQualifiedName", finding.path);
    out.end_object();
    out.end_array();
  }
  out.end_object();
  out.end_array();
  out.end_object();
}

}  // namespace

std::string text_report(const Examination& examination) {
  std::string text;
  for (const Finding& finding : examination.findings) {
    const std::string message = finding.message();
    text += cat(examination.document, ":", finding.line, ":", finding.column, ": ",
                severity_of(finding.code), " ", name_of(finding.code), ": ", message, "\n");
    const bool names_a_cure = message.find("; ") != std::string::npos;
    const bool needs_one = severity_of(finding.code) != "note" && !names_a_cure;
    if (needs_one) text += paragraph(cat("cure: ", page_of(finding.code).cure), 4);
  }
  const size_t errors = errors_in(examination), warnings = warnings_in(examination);
  if (errors + warnings == 0) {
    text += cat(examination.document, ": no mistakes found\n");
  } else {
    text += cat(examination.document, ": ", counted(errors, "error"), ", ",
                counted(warnings, "warning"), "; oci-rt explain CODE tells more\n");
  }
  if (examination.truncated) {
    text +=
        cat(examination.document, ": there are more findings; check again when these are mended\n");
  }
  return sys::printable(text);
}

std::string json_report(const Examination& examination) {
  cli::JsonWriter out(cli::JsonLayout::kIndented);
  out.begin_object();
  out.text("bundle", examination.bundle);
  out.text("config", examination.file);
  out.number("errors", as_number(errors_in(examination)));
  out.number("warnings", as_number(warnings_in(examination)));
  if (examination.truncated) out.flag("truncated", true);
  out.begin_array("findings");
  for (const Finding& finding : examination.findings) {
    const Page& page = page_of(finding.code);
    out.begin_object();
    out.text("severity", severity_of(finding.code));
    out.text("code", name_of(finding.code));
    out.number("line", as_number(finding.line));
    out.number("column", as_number(finding.column));
    out.text("property", finding.path);
    out.text("message", finding.text);
    out.text("cure", page.cure);
    if (!page.peers.empty()) out.text("otherRuntimes", page.peers);
    out.end_object();
  }
  out.end_array();
  out.end_object();
  return out.finish();
}

std::string sarif_report(const Examination& examination) {
  cli::JsonWriter out(cli::JsonLayout::kIndented);
  out.begin_object();
  out.text("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
  out.text("version", "2.1.0");
  out.begin_array("runs");
  out.begin_object();
  out.begin_object("tool");
  out.begin_object("driver");
  out.text("name", "oci-rt check");
  out.begin_array("rules");
  std::set<Code> used;
  for (const Finding& finding : examination.findings)
    if (used.insert(finding.code).second) write_rule(out, page_of(finding.code));
  out.end_array();
  out.end_object();
  out.end_object();
  out.begin_array("results");
  for (const Finding& finding : examination.findings)
    write_result(out, examination, finding);
  out.end_array();
  if (examination.truncated) {
    out.begin_object("properties");
    out.flag("truncated", true);
    out.end_object();
  }
  out.end_object();
  out.end_array();
  out.end_object();
  return out.finish();
}

}  // namespace oci::explain
