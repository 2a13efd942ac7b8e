#include "runtime/explain/examine.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "runtime/explain/look.h"
#include "runtime/lifecycle/host_problems.h"
#include "runtime/lifecycle/prepare.h"
#include "spec/code_of.h"
#include "spec/load_config.h"

namespace oci::explain {
namespace {

// "linux.x ('/y'): problem" is "'/y': problem" at linux.x.
std::string text_behind(std::string_view message, std::string_view path) {
  std::string_view rest = message.substr(path.size());
  if (path.empty()) return std::string(rest);
  if (!rest.starts_with(" (")) {
    rest.remove_prefix(std::min<size_t>(rest.size(), rest.starts_with(": ") ? 2 : 0));
    return std::string(rest);
  }
  const size_t end = rest.find("): ");
  if (end == rest.npos) return std::string(rest.substr(1));
  return cat(rest.substr(2, end - 2), ": ", rest.substr(end + 3));
}

// Problems without a property of their own relate to no other.
void add_unrelated(spec::Diagnostics& all, spec::Diagnostics& general,
                   const std::vector<Error>& errors) {
  spec::Diagnostics others;
  for (const Error& error : errors) {
    const bool has_property = !property_in(error.message()).empty();
    add_error(error, has_property ? others : general);
  }
  all.add_unrelated(others);
}

void add_warnings(const std::vector<wire::Warning>& all, spec::Diagnostics& warnings) {
  for (const wire::Warning& warning : all) {
    const std::string_view path = property_in(warning.text);
    const bool capability = path.starts_with("process.capabilities");
    warnings.add(std::string(path), text_behind(warning.text, path),
                 capability ? Code::kCapability : Code::kNotAsAsked);
  }
}

// Without a whole document there is nothing to compare with the host.
bool is_readable(const spec::Diagnostics& problems, std::string_view text) {
  const std::vector<spec::Finding> found = problems.findings(text);
  return std::ranges::none_of(found, [](const spec::Finding& finding) {
    return finding.code == Code::kJson || finding.path.empty();
  });
}

// `wrong`: config.json has mistakes, so the properties beside them are looked at alone.
void look_at_host(const lifecycle::Context& context, const lifecycle::CreateOptions& options,
                  lifecycle::Prepared& prepared, spec::Diagnostics& problems,
                  spec::Diagnostics& general, spec::Diagnostics& warnings) {
  const bool wrong = !problems.empty();
  if (!wrong) {
    const plan::Findings found = lifecycle::decide_all(context, options, prepared);
    add_unrelated(problems, general, found.errors);
    add_warnings(found.warnings, warnings);
  }
  const RootView root(prepared.config, prepared.bundle);
  spec::Diagnostics host;
  lifecycle::find_host_problems(prepared.config, prepared.bundle, host);
  look_at_mounts(prepared.config, prepared.bundle, root, host);
  look_at_files(prepared.config, host);
  if (root) look_at_program(prepared.config, root, host);
  if (!wrong) {
    look_at_kernel(prepared.config, host);
    look_at_plan(prepared, host);
  }
  problems.add_unrelated(host);
}

std::string config_in(const std::string& bundle) {
  return bundle.empty() ? "config.json" : cat(bundle, "/config.json");
}

}  // namespace

void add_error(const Error& error, spec::Diagnostics& problems) {
  const std::string message = error.message();
  const std::string_view line = without_position(message);
  const std::string_view path = property_in(message);
  problems.add(std::string(path), text_behind(line, path), code_of(error));
}

Examination examine(const lifecycle::Context& context, const lifecycle::CreateOptions& options) {
  Examination out;
  Result<lifecycle::Prepared> read = lifecycle::read_bundle(options);
  if (!read) {
    spec::Diagnostics problems;
    add_error(read.error(), problems);
    out.findings = problems.findings("");
    out.findings.front().code = Code::kBundle;
    out.bundle = options.bundle;
    out.document = out.file = options.config.empty() ? config_in(options.bundle) : options.config;
    return out;
  }
  lifecycle::Prepared prepared = std::move(read).value();
  out.bundle = prepared.bundle;
  out.file = options.config.empty() ? cat(prepared.bundle, "/config.json") : options.config;
  out.document = "config.json";
  spec::Diagnostics problems, general, warnings;
  prepared.config = spec::examine_config(prepared.config_text, problems, warnings);
  if (!prepared.config.linux) prepared.config.linux.emplace();
  if (is_readable(problems, prepared.config_text)) {
    look_at_host(context, options, prepared, problems, general, warnings);
  }
  for (const spec::Diagnostics* part : {&problems, &general, &warnings}) {
    const std::vector<spec::Finding> found = part->findings(prepared.config_text);
    out.findings.insert(out.findings.end(), found.begin(), found.end());
    out.truncated = out.truncated || part->dropped() != 0;
  }
  std::ranges::stable_sort(out.findings, {}, &spec::Finding::offset);
  return out;
}

size_t errors_in(const Examination& examination) {
  const auto is_error = [](const spec::Finding& finding) { return !is_warning(finding.code); };
  return static_cast<size_t>(std::ranges::count_if(examination.findings, is_error));
}

}  // namespace oci::explain
