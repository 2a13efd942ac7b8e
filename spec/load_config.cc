#include "spec/load_config.h"

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

Status load_process(std::string_view text, std::string_view document_name, Config& container) {
  Diagnostics form;
  container.process = parse_process(text, form);
  Diagnostics meaning;
  validate_process(container, meaning);
  form.add_unrelated(meaning);
  return form.to_status(document_name, text, kProcessPath);
}

}  // namespace oci::spec
