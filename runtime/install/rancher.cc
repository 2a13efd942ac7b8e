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

bool has_header(std::string_view line) {
  if (!line.starts_with('[')) return false;
  std::string bare(line);
  std::erase_if(bare, [](char c) { return c == '"' || c == '\'' || c == ' ' || c == '\t'; });
  const std::string path = cat(".runtimes.", kRuntimeName);
  return bare.find(path + "]") != std::string::npos || bare.find(path + ".") != std::string::npos;
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
  bool configured = false;
  for_each_line(before,
                [&](std::string_view line) { configured = configured || has_header(line); });
  if (configured) {
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
    if (line.starts_with('[')) ours = has_header(line);
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
