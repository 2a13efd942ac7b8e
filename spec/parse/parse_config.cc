#include "spec/parse/parse_config.h"

#include "spec/parse/parse_filesystem.h"
#include "spec/parse/parse_hooks.h"
#include "spec/parse/parse_json.h"
#include "spec/parse/parse_linux.h"
#include "spec/parse/parse_process.h"
#include "spec/parse/reader.h"

namespace oci::spec {

void parse(Reader& in, Config& out);

namespace {

// Before 1.3 the limit was a plain number in the Go types that engines write config.json with, and
// 0 was how "no limit" came out (podman's --pids-limit -1); since then 0 is a limit of 0.
void read_old_pids_limit(Config& config) {
  const auto is = [&](std::string_view version) {
    const std::string_view given = config.oci_version;
    return given == version || (given.starts_with(version) && given[version.size()] == '.');
  };
  if (!is("1.0") && !is("1.1") && !is("1.2")) return;
  if (!config.linux || !config.linux->resources || !config.linux->resources->pids) return;
  std::optional<int64_t>& limit = config.linux->resources->pids->limit;
  if (limit == 0) limit.reset();
}

}  // namespace

void parse(Reader& in, Config& out) {
  in.required("ociVersion", out.oci_version);
  in.optional("root", out.root);
  in.optional("mounts", out.mounts);
  in.optional("process", out.process);
  in.optional("hostname", out.hostname);
  in.optional("domainname", out.domainname);
  in.optional("hooks", out.hooks);
  in.pairs("annotations", out.annotations);
  in.optional("linux", out.linux);
}

Config parse_config(std::string_view text, Diagnostics& diagnostics) {
  Config config;
  std::string buffer;
  json::Document document;
  if (!parse_json(text, buffer, document, diagnostics)) return config;
  if (!document.IsObject()) {
    diagnostics.add({}, cat("expected an object, found ", describe(document)));
    return config;
  }
  Reader root(document, nullptr, diagnostics);
  parse(root, config);
  read_old_pids_limit(config);
  return config;
}

Process parse_process(std::string_view text, Diagnostics& diagnostics) {
  Process process;
  std::string buffer;
  json::Document document;
  if (!parse_json(text, buffer, document, diagnostics)) return process;
  if (!document.IsObject()) {
    diagnostics.add({}, cat("expected an object, found ", describe(document)));
    return process;
  }
  const Step step{nullptr, kProcessPath};
  Reader root(document, &step, diagnostics);
  parse(root, process);
  return process;
}

Result<Config> parse_config(std::string_view text, std::string_view document_name) {
  Diagnostics diagnostics;
  Config config = parse_config(text, diagnostics);
  OCI_TRY(diagnostics.to_status(document_name, text));
  return config;
}

}  // namespace oci::spec
