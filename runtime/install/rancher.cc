#include "runtime/install/rancher.h"

#include <algorithm>

#include "runtime/install/block.h"
#include "runtime/install/containerd.h"
#include "runtime/install/toml.h"

namespace oci::install {
namespace {

// Calls `visit` with each line, without blanks before it and without its newline.
template <class Visit>
void for_each_line(std::string_view text, Visit visit) {
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    visit(line);
  }
}

std::string binary_line(const EngineSettings& settings) {
  return cat("BinaryName = ", toml_quoted(settings.path));
}

// The keys in a header or before a value, without quotes and blanks: "plugins.cri.containerd".
std::string keys_of(std::string_view line) {
  std::string bare(line.starts_with('[') ? line.substr(1, line.find(']') - 1)
                                         : line.substr(0, line.find('=')));
  std::erase_if(bare, [](char c) { return c == '"' || c == '\'' || c == ' ' || c == '\t'; });
  return bare;
}

bool is_ours(std::string_view path) {
  return cat(".", path, ".").find(cat(".runtimes.", kRuntimeName, ".")) != std::string::npos;
}

// Whether a header, a dotted key or an inline table has oci-rt.
bool is_configured(std::string_view text) {
  std::string header;
  bool found = false;
  for_each_line(text, [&](std::string_view line) {
    if (line.starts_with('#')) return;
    const std::string keys = keys_of(line);
    if (line.starts_with('[')) header = keys;
    const std::string path = line.starts_with('[') ? keys : cat(header, ".", keys);
    const size_t equals = line.find('=');
    const bool is_inline = path.ends_with(".runtimes") && equals != std::string_view::npos &&
                           line.find(kRuntimeName, equals) != std::string_view::npos;
    found = found || is_inline || is_ours(path);
  });
  return found;
}

}  // namespace

Result<std::string> rancher_text(const Stripped& stripped, std::string_view name, long format,
                                 std::string_view engine, const EngineSettings& settings) {
  if (settings.is_default) {
    return Error(ErrorKind::kUsage,
                 cat("option --default: ", engine, " has a setting of its own; write `default-",
                     "runtime: ", kRuntimeName, "` into /etc/rancher/", engine, "/config.yaml"));
  }
  const std::string before = stripped.text.value_or("");
  if (is_configured(before)) {
    return Error(ErrorKind::kExists, cat(name, ": ", kRuntimeName, " is configured there already, ",
                                         "but not by `oci-rt install`; remove that first"));
  }
  std::string lines;
  // Without it the rest of the engine's own configuration would be lost.
  if (before.find_first_not_of(" \t\r\n") == std::string::npos) {
    lines = "{{ template \"base\" . }}\n";
  }
  return with_block(
      stripped, cat(lines, containerd_runtime(format, kRuntimeName,
                                              cat("    ", binary_line(settings), "\n",
                                                  "    SystemdCgroup = {{ .SystemdCgroup }}\n"))));
}

bool rancher_has(std::string_view text, const EngineSettings& settings) {
  bool ours = false, has = false;
  for_each_line(text, [&](std::string_view line) {
    if (line.starts_with('[')) ours = is_ours(keys_of(line));
    has = has || (ours && line == binary_line(settings));
  });
  return has;
}

long rancher_format(const Text& text) {
  long format = 0;
  for_each_line(text ? *text : std::string_view(), [&](std::string_view line) {
    if (line.starts_with("version = 2")) format = 2;
    if (line.starts_with("version = 3")) format = 3;
  });
  return format;
}

}  // namespace oci::install
