#include "runtime/install/containerd.h"

#include <algorithm>

#include "runtime/install/block.h"
#include "runtime/install/toml.h"
#include "runtime/install/toml_key.h"

namespace oci::install {
namespace {

constexpr char kPlugins[] = "plugins";
constexpr char kBinary[] = "BinaryName";
// The plugin with the runtimes, by format version. Version 1 comes first.
constexpr const char* kPluginIds[] = {"cri", "io.containerd.grpc.v1.cri",
                                      "io.containerd.cri.v1.runtime"};

TomlPath operator+(TomlPath path, std::string_view part) {
  path.emplace_back(part);
  return path;
}

// The parts of the file that matter here.
struct Config {
  std::string_view text;
  std::string_view name;
  std::vector<TomlEntry> entries;
  long version = 1;
  TomlPath base;  // plugins."…".containerd

  TomlPath runtimes() const { return base + "runtimes"; }

  std::string value(const TomlPath& path) const {
    const TomlEntry* entry = find_entry(entries, path);
    return entry == nullptr || entry->table ? "" : std::string(value_of(text, *entry));
  }

  bool has_below(const TomlPath& path) const {
    return std::any_of(entries.begin(), entries.end(), [&](const TomlEntry& entry) {
      return entry.path.size() > path.size() && starts_with(entry.path, path);
    });
  }

  Error problem(size_t offset, std::string what) const {
    return toml_problem(text, name, offset, std::move(what));
  }
};

TomlPath base_of(long version) {
  const auto index = static_cast<size_t>(std::clamp(version, 1L, 3L) - 1);
  return {kPlugins, kPluginIds[index], "containerd"};
}

Result<Config> read_config(std::string_view text, std::string_view name, long new_version) {
  Config config{.text = text, .name = name, .entries = OCI_TRY(scan_toml(text, name))};
  const TomlEntry* version = find_entry(config.entries, {"version"});
  if (version != nullptr) {
    const std::optional<long> number = toml_integer(value_of(text, *version));
    if (!number || *number < 1) {
      return config.problem(version->value_begin, "version: expected a number from 1");
    }
    config.version = *number;
  } else if (config.entries.empty()) {
    config.version = new_version;
  }
  config.base = base_of(config.version);
  return config;
}

Status check_enabled(const Config& config) {
  const TomlEntry* disabled = find_entry(config.entries, {"disabled_plugins"});
  if (disabled == nullptr) return {};
  const auto names = toml_strings(value_of(config.text, *disabled));
  if (!names) return config.problem(disabled->value_begin, "disabled_plugins: expected strings");
  for (const std::string& item : names->items) {
    for (const char* id : kPluginIds) {
      if (item != id) continue;
      // Docker's containerd package ships with this setting.
      return config.problem(
          disabled->begin,
          cat("the CRI plugin, which has the runtimes, is disabled here; remove \"", id,
              "\" from disabled_plugins, or use `ctr run --runc-binary`"));
    }
  }
  return {};
}

// TOML forbids defining a table twice.
Status check_free(const Config& config) {
  const TomlPath ours = config.runtimes() + kRuntimeName;
  for (const TomlEntry& entry : config.entries) {
    if (starts_with(entry.path, ours)) {
      return config.problem(entry.begin,
                            cat(kRuntimeName, " is configured here already, but not by ",
                                "`oci-rt install`; remove that first"));
    }
  }
  return check_extensible(config.text, config.name, config.entries, ours);
}

// kubelet derives cgroup names from the driver it is configured with, for every runtime.
bool systemd_cgroup(const Config& config) {
  const std::string standard = config.value(config.base + kContainerdDefaultKey);
  const std::string name = toml_string(standard).value_or("runc");
  return config.value(config.runtimes() + name + "options" + "SystemdCgroup") == "true";
}

std::string block_lines(const Config& config, const EngineSettings& settings,
                        bool default_in_block) {
  std::string lines;
  if (config.entries.empty()) lines += cat("version = ", config.version, "\n");
  if (default_in_block) {
    lines += cat("[", toml_dotted(config.base), "]\n  ", kContainerdDefaultKey, " = ",
                 toml_quoted(kRuntimeName), "\n");
  }
  if (config.version < 3 && !config.has_below(config.runtimes())) {
    // containerd 1.x forgets its own runc as soon as the file names any runtime (issue 9968).
    lines += containerd_runtime(config.version, "runc", "");
  }
  std::string options = cat("    ", kBinary, " = ", toml_quoted(settings.path), "\n");
  if (systemd_cgroup(config)) options += "    SystemdCgroup = true\n";
  return lines + containerd_runtime(config.version, kRuntimeName, options);
}

}  // namespace

std::string containerd_runtime(long version, std::string_view name, std::string_view options) {
  const TomlPath path = base_of(version) + "runtimes" + name;
  std::string lines =
      cat("[", toml_dotted(path), "]\n  runtime_type = \"io.containerd.runc.v2\"\n");
  if (!options.empty()) lines += cat("  [", toml_dotted(path + "options"), "]\n", options);
  return lines;
}

Result<std::string> containerd_text(const Stripped& stripped, std::string_view name,
                                    long new_version, const EngineSettings& settings) {
  const std::string before = stripped.text.value_or("");
  const Config config = OCI_TRY(read_config(before, name, new_version));
  OCI_TRY(check_enabled(config));
  OCI_TRY(check_free(config));
  std::optional<Stripped> changed;
  if (settings.is_default) {
    changed =
        OCI_TRY(with_setting(stripped, name, config.entries,
                             {config.base, kContainerdDefaultKey, toml_quoted(kRuntimeName)}));
  }
  const bool default_in_block = settings.is_default && !changed;
  return with_block(changed ? *changed : stripped, block_lines(config, settings, default_in_block));
}

Result<bool> containerd_has(std::string_view text, std::string_view name,
                            const EngineSettings& settings) {
  std::string toml;
  for (std::string_view rest = text; !rest.empty();) {
    const size_t size = std::min(rest.find('\n'), rest.size() - 1) + 1;
    const std::string_view line = rest.substr(0, size);
    if (!line.starts_with("time=\"")) toml += line;  // containerd's log shares the pipe
    rest.remove_prefix(size);
  }
  const std::vector<TomlEntry> entries = OCI_TRY(scan_toml(toml, name));
  const auto string = [&](const TomlPath& path) {
    const TomlEntry* entry = find_entry(entries, path);
    return entry == nullptr ? std::nullopt : toml_string(value_of(toml, *entry));
  };
  for (const long version : {1L, 2L, 3L}) {
    const TomlPath base = base_of(version);
    const TomlPath binary = base + "runtimes" + kRuntimeName + "options" + kBinary;
    if (string(binary) != settings.path) continue;
    // The user may have made it the default by hand.
    return !settings.is_default || string(base + kContainerdDefaultKey) == kRuntimeName;
  }
  return false;
}

long containerd_format(std::string_view version_output) {
  // "containerd github.com/containerd/containerd/v2 2.1.4 COMMIT", "containerd … v1.7.24 COMMIT"
  for (size_t at = 0; (at = version_output.find(' ', at)) != std::string_view::npos;) {
    std::string_view word = version_output.substr(++at);
    if (word.starts_with('v')) word.remove_prefix(1);
    if (word.size() > 1 && word[0] >= '1' && word[0] <= '9' && word[1] == '.') {
      return word[0] == '1' ? 2 : 3;
    }
  }
  return 2;
}

}  // namespace oci::install
