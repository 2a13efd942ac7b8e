// oci-rt plan
#include "runtime/cli/create_options.h"
#include "runtime/cli/output.h"
#include "runtime/explain/commands.h"
#include "runtime/explain/plan_text.h"
#include "runtime/lifecycle/explain.h"
#include "runtime/lifecycle/host_problems.h"
#include "runtime/lifecycle/prepare.h"
#include "spec/parse/names.h"

namespace oci::explain {
namespace {

enum class Format { kJson, kText };

constexpr spec::Name<Format> kFormats[] = {{"json", Format::kJson}, {"text", Format::kText}};

}  // namespace

Result<int> run_plan(const lifecycle::Context& context, const cli::Arguments& arguments) {
  lifecycle::CreateOptions options = OCI_TRY(cli::create_options(arguments));
  if (arguments.operands.empty()) {
    options.id = "plan";
  } else {
    OCI_TRY(cli::choose_bundle(context, arguments, options));
  }
  Format format = Format::kJson;
  if (const std::string_view given = arguments.value("format"); !given.empty()) {
    format = OCI_TRY(cli::choose("format", given, kFormats));
  }
  const lifecycle::Prepared prepared =
      OCI_TRY(lifecycle::prepare(context, options, lifecycle::Foreground::kYes));
  spec::Diagnostics problems;
  lifecycle::find_host_problems(prepared.config, prepared.bundle, problems);
  OCI_TRY(problems.to_status("config.json", prepared.config_text));
  const std::string json = OCI_TRY(lifecycle::explain(prepared));
  OCI_TRY(cli::print(format == Format::kJson ? json : plan_text(json, prepared.config)));
  return 0;
}

}  // namespace oci::explain
