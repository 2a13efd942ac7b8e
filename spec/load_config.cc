#include "spec/load_config.h"

#include "spec/parse/parse_config.h"

namespace oci::spec {

Result<Config> load_config(std::string text, std::string_view document_name) {
  Diagnostics diagnostics;
  Config config = parse_config(std::string_view(text), diagnostics);
  OCI_TRY(diagnostics.to_status(document_name, text));
  return config;
}

}  // namespace oci::spec
