#include "spec/load_config.h"

#include "spec/diagnostics.h"
#include "spec/parse/parse_config.h"
#include "spec/validate/validate.h"

namespace oci::spec {

Result<Config> load_config(std::string_view text, std::string_view document_name) {
  Diagnostics form;
  Config config = parse_config(text, form);
  Diagnostics meaning;
  validate(config, meaning);
  form.add_unrelated(meaning);
  OCI_TRY(form.to_status(document_name, text));
  return config;
}

Config examine_config(std::string_view text, Diagnostics& problems, Diagnostics& unknown) {
  problems.report_unknown_to(unknown);
  Config config = parse_config(text, problems);
  Diagnostics meaning;
  validate(config, meaning);
  problems.add_unrelated(meaning);
  return config;
}

Status load_process(std::string_view text, std::string_view document_name, Config& container) {
  Diagnostics form;
  container.process = parse_process(text, form);
  Diagnostics meaning;
  validate_process(container, meaning);
  form.add_unrelated(meaning);
  return form.to_status(document_name, text, kProcessPath);
}

Result<Resources> load_resources(std::string_view text, std::string_view document_name) {
  Diagnostics form;
  Config config;
  config.linux.emplace().resources = parse_resources(text, form);
  Diagnostics meaning;
  validate_resources(config, meaning);
  form.add_unrelated(meaning);
  OCI_TRY(form.to_status(document_name, text, kResourcesPath));
  return std::move(*config.linux->resources);
}

Status load_mounts(std::string_view text, std::string_view document_name, Config& container) {
  Diagnostics form;
  container.mounts = parse_mounts(text, form);
  Diagnostics meaning;
  validate_mounts(container, meaning);
  form.add_unrelated(meaning);
  return form.to_status(document_name, text, kMountsPath);
}

Status load_destinations(std::string_view text, std::string_view document_name, Config& container) {
  Diagnostics form;
  container.mounts = parse_mounts(text, form);
  Diagnostics meaning;
  validate_destinations(container, meaning);
  form.add_unrelated(meaning);
  return form.to_status(document_name, text, kMountsPath);
}

}  // namespace oci::spec
