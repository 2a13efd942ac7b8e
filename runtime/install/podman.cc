#include "runtime/install/podman.h"

#include <algorithm>

#include "runtime/install/block.h"
#include "runtime/install/toml.h"

namespace oci::install {
namespace {

const TomlPath kRuntimes = {"engine", "runtimes", kRuntimeName};
const TomlPath kDefault = {"engine", "runtime"};

// Lists of runtimes with a feature, with podman's defaults. podman matches the name only: a runtime
// in neither list gets no --log-format=json and no --cgroups=disabled. The manual calls the second
// list …nocgroups, which podman ignores (containers/common PR 408).
struct FeatureList {
  const char* key;
  std::vector<std::string> own;
};
const FeatureList kFeatureLists[] = {
    {"runtime_supports_json", {"crun", "runc", "kata", "runsc", "youki", "krun", "ocijail"}},
    {"runtime_supports_nocgroup", {"crun", "krun"}},
};

TomlPath path_of(const FeatureList& list) {
  return {"engine", list.key};
}

void add_missing(std::vector<std::string>& to, const std::vector<std::string>& from) {
  for (const std::string& item : from) {
    if (std::find(to.begin(), to.end(), item) == to.end()) to.push_back(item);
  }
}

// The items of the array after all these files.
Result<std::vector<std::string>> effective(const FeatureList& list,
                                           const std::vector<NamedText>& files) {
  std::vector<std::string> items = list.own;
  for (const NamedText& file : files) {
    const std::vector<TomlEntry> entries = OCI_TRY(scan_toml(file.text, file.name));
    const TomlEntry* entry = find_entry(entries, path_of(list));
    if (entry == nullptr) continue;
    const auto value = toml_strings(value_of(file.text, *entry));
    if (!value) {
      return Error(
          ErrorKind::kInvalidConfig,
          cat(file.name, ": ", list.key, " is not an array of strings; podman would refuse it"));
    }
    if (!value->append) items.clear();
    add_missing(items, value->items);
  }
  return items;
}

std::string array(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items)
    out += cat(out.empty() ? "[" : ", ", toml_quoted(item));
  return out + "]";
}

bool contains(const TomlStrings& strings, std::string_view item) {
  return std::find(strings.items.begin(), strings.items.end(), item) != strings.items.end();
}

}  // namespace

Result<std::string> podman_text(const Stripped& stripped, std::string_view name,
                                const std::vector<NamedText>& before,
                                const EngineSettings& settings) {
  if (stripped.text && !stripped.ours) {
    return Error(ErrorKind::kExists,
                 cat(name, " exists already and was not written by oci-rt; rename it"));
  }
  std::string lines = "[engine]\n";
  if (settings.is_default) lines += cat("runtime = ", toml_quoted(kRuntimeName), "\n");
  lines +=
      "# Arrays replace those of earlier files, so this repeats the values that were in effect.\n";
  for (const FeatureList& list : kFeatureLists) {
    std::vector<std::string> items = {kRuntimeName};
    add_missing(items, OCI_TRY(effective(list, before)));
    lines += cat(list.key, " = ", array(items), "\n");
  }
  lines += cat("[engine.runtimes]\n", kRuntimeName, " = [", toml_quoted(settings.path), "]\n");
  return with_block(stripped, lines);
}

Result<std::vector<std::string>> podman_hidden(const std::vector<NamedText>& before,
                                               const EngineSettings& settings) {
  std::vector<std::string> notes;
  for (const NamedText& file : before) {
    const std::vector<TomlEntry> entries = OCI_TRY(scan_toml(file.text, file.name));
    const TomlEntry* entry = find_entry(entries, kRuntimes);
    if (entry == nullptr) continue;
    const auto strings = toml_strings(value_of(file.text, *entry));
    if (strings && strings->items == std::vector<std::string>{settings.path}) continue;
    notes.push_back(cat(file.name, " gives ", kRuntimeName,
                        " other paths; they count again after `oci-rt uninstall podman`"));
  }
  return notes;
}

Result<std::vector<std::string>> podman_overridden(const std::vector<NamedText>& after,
                                                   const EngineSettings& settings) {
  std::vector<std::string> notes;
  for (const NamedText& file : after) {
    const std::vector<TomlEntry> entries = OCI_TRY(scan_toml(file.text, file.name));
    const auto value = [&](const TomlPath& path) -> std::optional<std::string_view> {
      const TomlEntry* entry = find_entry(entries, path);
      if (entry == nullptr) return std::nullopt;
      return value_of(file.text, *entry);
    };
    for (const FeatureList& list : kFeatureLists) {
      const auto text = value(path_of(list));
      const auto strings = text ? toml_strings(*text) : std::nullopt;
      if (!strings || strings->append || contains(*strings, kRuntimeName)) continue;
      notes.push_back(cat(file.name, " comes later and replaces ", list.key, "; add \"",
                          kRuntimeName, "\" there"));
    }
    if (const auto text = value(kRuntimes)) {
      const auto strings = toml_strings(*text);
      if (!strings || strings->items != std::vector<std::string>{settings.path}) {
        notes.push_back(cat(file.name, " comes later and gives ", kRuntimeName, " other paths"));
      }
    }
    const auto text = settings.is_default ? value(kDefault) : std::nullopt;
    if (text && toml_string(*text) != kRuntimeName) {
      notes.push_back(cat(file.name, " comes later and sets runtime = ", *text));
    }
  }
  return notes;
}

Result<bool> podman_has(std::string_view text, std::string_view name,
                        const EngineSettings& settings) {
  const std::vector<TomlEntry> entries = OCI_TRY(scan_toml(text, name));
  const TomlEntry* paths = find_entry(entries, kRuntimes);
  if (paths == nullptr) return false;
  const auto strings = toml_strings(value_of(text, *paths));
  const TomlEntry* standard = find_entry(entries, kDefault);
  const bool is_default =
      standard != nullptr && toml_string(value_of(text, *standard)) == kRuntimeName;
  return strings && contains(*strings, settings.path) && is_default == settings.is_default;
}

}  // namespace oci::install
