#include "runtime/install/crio.h"

#include "runtime/install/block.h"
#include "runtime/install/toml.h"

namespace oci::install {

Result<std::string> crio_text(const Stripped& stripped, std::string_view name,
                              std::string_view conmon, const EngineSettings& settings) {
  if (stripped.text && !stripped.ours) {
    return Error(ErrorKind::kExists,
                 cat(name, " exists already and was not written by oci-rt; rename it"));
  }
  std::string lines;
  if (settings.is_default) {
    lines += cat("[crio.runtime]\ndefault_runtime = ", toml_quoted(kRuntimeName), "\n");
  }
  lines += cat("[crio.runtime.runtimes.", kRuntimeName, "]\n");
  lines += cat("runtime_path = ", toml_quoted(settings.path), "\n");
  lines += "runtime_root = \"/run/oci-rt\"\nruntime_type = \"oci\"\n";
  if (!conmon.empty()) lines += cat("monitor_path = ", toml_quoted(conmon), "\n");
  lines += "# Without it CRI-O wants at least 12 MiB for a container.\n";
  lines += "container_min_memory = \"500KiB\"\n";
  return with_block(stripped, lines);
}

Result<bool> crio_has(std::string_view text, std::string_view name,
                      const EngineSettings& settings) {
  const std::vector<TomlEntry> entries = OCI_TRY(scan_toml(text, name));
  const auto is = [&](const TomlPath& path, std::string_view wanted) {
    const TomlEntry* entry = find_entry(entries, path);
    return entry != nullptr && toml_string(value_of(text, *entry)) == wanted;
  };
  return is({"crio", "runtime", "runtimes", kRuntimeName, "runtime_path"}, settings.path) &&
         is({"crio", "runtime", "default_runtime"}, kRuntimeName) == settings.is_default;
}

}  // namespace oci::install
