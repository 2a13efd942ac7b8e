// oci-rt check
#include <algorithm>
#include <string_view>

#include "runtime/cli/command.h"
#include "runtime/cli/output.h"
#include "runtime/explain/commands.h"
#include "runtime/explain/examine.h"
#include "runtime/explain/report.h"
#include "spec/parse/names.h"

namespace oci::explain {
namespace {

enum class Format { kText, kJson, kSarif };

constexpr spec::Name<Format> kFormats[] = {
    {"text", Format::kText}, {"json", Format::kJson}, {"sarif", Format::kSarif}};

std::string report(const Examination& examination, Format format) {
  if (format == Format::kJson) return json_report(examination);
  return format == Format::kSarif ? sarif_report(examination) : text_report(examination);
}

}  // namespace

// 0: nothing found. 1: warnings. 2: errors.
Result<int> run_check(const lifecycle::Context& context, const cli::Arguments& arguments) {
  lifecycle::CreateOptions options;
  options.id = "check";
  options.bundle = arguments.text("bundle");
  options.config = arguments.text("config");
  if (!arguments.operands.empty()) {
    if (!options.bundle.empty()) {
      return Error(ErrorKind::kUsage, "check: DIR and --bundle name the same; give one of them");
    }
    options.bundle = arguments.operands.front();
  }
  Format format = Format::kText;
  if (const std::string_view given = arguments.value("format"); !given.empty()) {
    format = OCI_TRY(cli::choose("format", given, kFormats));
  }
  const Examination examination = examine(context, options);
  OCI_TRY(cli::print(report(examination, format)));
  if (errors_in(examination) != 0) return 2;
  const auto is_warned = [](const spec::Finding& finding) {
    return finding.code != Code::kOtherPlatform;
  };
  return std::ranges::any_of(examination.findings, is_warned) ? 1 : 0;
}

}  // namespace oci::explain
