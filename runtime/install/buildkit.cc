#include "runtime/install/buildkit.h"

#include "runtime/install/block.h"
#include "runtime/install/toml_key.h"

namespace oci::install {
namespace {

const TomlPath kWorker = {"worker", "oci"};

}  // namespace

Result<std::string> buildkit_text(const Stripped& stripped, std::string_view name,
                                  const EngineSettings& settings) {
  const std::string before = stripped.text.value_or("");
  const std::vector<TomlEntry> entries = OCI_TRY(scan_toml(before, name));
  OCI_TRY(check_extensible(before, name, entries, kWorker));
  const TomlSetting setting{kWorker, kBuildkitDefaultKey, toml_quoted(settings.path)};
  const std::optional<Stripped> changed = OCI_TRY(with_setting(stripped, name, entries, setting));
  if (changed) return *changed->text;
  return with_block(stripped, cat("[", toml_dotted(setting.table), "]\n", setting.key, " = ",
                                  setting.value, "\n"));
}

Result<bool> buildkit_has(std::string_view text, std::string_view name,
                          const EngineSettings& settings) {
  const std::vector<TomlEntry> entries = OCI_TRY(scan_toml(text, name));
  TomlPath key = kWorker;
  key.emplace_back(kBuildkitDefaultKey);
  const TomlEntry* entry = find_entry(entries, key);
  return entry != nullptr && toml_string(value_of(text, *entry)) == settings.path;
}

}  // namespace oci::install
