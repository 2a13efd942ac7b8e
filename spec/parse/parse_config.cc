#include "spec/parse/parse_config.h"

#include "spec/parse/parse_filesystem.h"
#include "spec/parse/parse_hooks.h"
#include "spec/parse/parse_json.h"
#include "spec/parse/parse_linux.h"
#include "spec/parse/parse_process.h"
#include "spec/parse/parse_resources.h"
#include "spec/parse/reader.h"

namespace oci::spec {

void parse(Reader& in, Config& out);

namespace {

// Before 1.3 the Go types of the specification had a plain number here, and engines wrote 0 for "no
// limit" (podman's --pids-limit -1). Since 1.3, 0 is a limit of 0.
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

// Parses a document that is the part of a config at `step`.
template <class T>
T parse_part(std::string_view text, const Step& step, Diagnostics& diagnostics) {
  T part;
  std::string buffer;
  json::Document document;
  if (!parse_json(text, buffer, document, diagnostics)) return part;
  if (!document.IsObject()) {
    diagnostics.add({}, cat("expected an object, found ", describe(document)), Code::kType);
    return part;
  }
  Reader root(document, &step, diagnostics);
  parse(root, part);
  return part;
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
  in.other_platforms({"windows", "solaris", "vm", "zos", "freebsd"});
}

Config parse_config(std::string_view text, Diagnostics& diagnostics) {
  Config config;
  std::string buffer;
  json::Document document;
  if (!parse_json(text, buffer, document, diagnostics)) return config;
  if (!document.IsObject()) {
    diagnostics.add({}, cat("expected an object, found ", describe(document)), Code::kType);
    return config;
  }
  Reader root(document, nullptr, diagnostics);
  parse(root, config);
  read_old_pids_limit(config);
  return config;
}

Process parse_process(std::string_view text, Diagnostics& diagnostics) {
  const Step process{nullptr, kProcessPath};
  return parse_part<Process>(text, process, diagnostics);
}

Resources parse_resources(std::string_view text, Diagnostics& diagnostics) {
  const Step linux_step{nullptr, "linux"};
  const Step resources{&linux_step, "resources"};
  return parse_part<Resources>(text, resources, diagnostics);
}

std::vector<Mount> parse_mounts(std::string_view text, Diagnostics& diagnostics) {
  std::vector<Mount> mounts;
  std::string buffer;
  json::Document document;
  if (!parse_json(text, buffer, document, diagnostics)) return mounts;
  if (!document.IsArray()) {
    diagnostics.add({}, cat("expected an array of mounts, found ", describe(document)),
                    Code::kType);
    return mounts;
  }
  const Step all{nullptr, kMountsPath};
  for (json::Size i = 0; i < document.Size(); ++i) {
    Mount& mount = mounts.emplace_back();
    const Step step{&all, {}, i};
    if (!document[i].IsObject()) {
      diagnostics.add(path_of(&step), cat("expected an object, found ", describe(document[i])),
                      Code::kType);
      continue;
    }
    Reader reader(document[i], &step, diagnostics);
    parse(reader, mount);
  }
  return mounts;
}

Result<Config> parse_config(std::string_view text, std::string_view document_name) {
  Diagnostics diagnostics;
  Config config = parse_config(text, diagnostics);
  OCI_TRY(diagnostics.to_status(document_name, text));
  return config;
}

}  // namespace oci::spec
