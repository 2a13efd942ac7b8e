#include "runtime/explain/report.h"

#include <cstdint>
#include <set>
#include <string_view>

#include "runtime/explain/pages.h"
#include "runtime/explain/paragraph.h"
#include "runtime/sys/log.h"
#include "third_party/rapidjson.h"

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

// Writes JSON with an indent of two.
class Json {
 public:
  Json() { json_.SetIndent(' ', 2); }

  void begin() { json_.StartObject(); }
  void begin(std::string_view key) {
    name(key);
    json_.StartObject();
  }
  void end() { json_.EndObject(); }
  void begin_list(std::string_view key) {
    name(key);
    json_.StartArray();
  }
  void end_list() { json_.EndArray(); }
  void text(std::string_view key, std::string_view value) {
    name(key);
    const std::string valid = sys::printable(value);
    json_.String(valid.data(), static_cast<json::Size>(valid.size()));
  }
  void number(std::string_view key, uint64_t value) {
    name(key);
    json_.Uint64(value);
  }
  std::string finish() const { return {buffer_.GetString(), buffer_.GetSize()}; }

 private:
  void name(std::string_view key) { json_.Key(key.data(), static_cast<json::Size>(key.size())); }

  rapidjson::StringBuffer buffer_;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> json_{buffer_};
};

size_t warnings_in(const Examination& examination) {
  size_t count = 0;
  for (const Finding& finding : examination.findings)
    count += severity_of(finding.code) == "warning" ? 1 : 0;
  return count;
}

void write_rule(Json& out, const Page& page) {
  out.begin();
  out.text("id", name_of(page.code));
  out.begin("shortDescription");
  out.text("text", page.title);
  out.end();
  out.begin("fullDescription");
  out.text("text", page.meaning);
  out.end();
  out.begin("help");
  out.text("text", page.cure);
  out.end();
  out.end();
}

void write_result(Json& out, const Examination& examination, const Finding& finding) {
  out.begin();
  out.text("ruleId", name_of(finding.code));
  out.text("level", severity_of(finding.code));
  out.begin("message");
  out.text("text", finding.message());
  out.end();
  out.begin_list("locations");
  out.begin();
  out.begin("physicalLocation");
  out.begin("artifactLocation");
  out.text("uri", examination.file);
  out.end();
  out.begin("region");
  out.number("startLine", finding.line);
  out.number("startColumn", finding.column);
  out.end();
  out.end();
  if (!finding.path.empty()) {
    out.begin_list("logicalLocations");
    out.begin();
    out.text("fullyQualifiedName", finding.path);
    out.end();
    out.end_list();
  }
  out.end();
  out.end_list();
  out.end();
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
  return sys::printable(text);
}

std::string json_report(const Examination& examination) {
  Json out;
  out.begin();
  out.text("bundle", examination.bundle);
  out.text("config", examination.file);
  out.number("errors", errors_in(examination));
  out.number("warnings", warnings_in(examination));
  out.begin_list("findings");
  for (const Finding& finding : examination.findings) {
    const Page& page = page_of(finding.code);
    out.begin();
    out.text("severity", severity_of(finding.code));
    out.text("code", name_of(finding.code));
    out.number("line", finding.line);
    out.number("column", finding.column);
    out.text("property", finding.path);
    out.text("message", finding.text);
    out.text("cure", page.cure);
    if (!page.peers.empty()) out.text("otherRuntimes", page.peers);
    out.end();
  }
  out.end_list();
  out.end();
  return out.finish() + '\n';
}

std::string sarif_report(const Examination& examination) {
  Json out;
  out.begin();
  out.text("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
  out.text("version", "2.1.0");
  out.begin_list("runs");
  out.begin();
  out.begin("tool");
  out.begin("driver");
  out.text("name", "oci-rt check");
  out.begin_list("rules");
  std::set<Code> used;
  for (const Finding& finding : examination.findings)
    if (used.insert(finding.code).second) write_rule(out, page_of(finding.code));
  out.end_list();
  out.end();
  out.end();
  out.begin_list("results");
  for (const Finding& finding : examination.findings)
    write_result(out, examination, finding);
  out.end_list();
  out.end();
  out.end_list();
  out.end();
  return out.finish() + '\n';
}

}  // namespace oci::explain
