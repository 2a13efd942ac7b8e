#include "runtime/install/toml_key.h"

#include "runtime/install/block.h"

namespace oci::install {
namespace {

struct KeyPlace {
  const TomlEntry* set = nullptr;     // sets the key
  const TomlEntry* header = nullptr;  // the table's [header]
};

Result<KeyPlace> find_place(std::string_view text, std::string_view name,
                            const std::vector<TomlEntry>& entries, const TomlSetting& setting) {
  TomlPath key = setting.table;
  key.emplace_back(setting.key);
  KeyPlace place;
  for (const TomlEntry& entry : entries) {
    if (!entry.table && entry.path == key) place.set = &entry;
    if (entry.table && entry.path == setting.table) place.header = &entry;
  }
  if (place.set != nullptr && value_of(text, *place.set).find('\n') != std::string_view::npos) {
    return toml_problem(text, name, place.set->value_begin,
                        cat(setting.key, ": expected a string on one line"));
  }
  if (place.set != nullptr || place.header != nullptr) return place;
  TomlPath table;
  for (const TomlEntry& entry : entries) {
    if (entry.table) table = entry.path;
    // TOML refuses a header for a table that a dotted key in a table above it has defined.
    if (!entry.table && starts_with(entry.path, setting.table) &&
        !starts_with(table, setting.table)) {
      return toml_problem(text, name, entry.begin,
                          cat("put ", setting.key, " = ", setting.value,
                              " beside this by hand: its table has no [header]"));
    }
  }
  return place;
}

}  // namespace

Result<std::optional<Stripped>> with_setting(const Stripped& stripped, std::string_view name,
                                             const std::vector<TomlEntry>& entries,
                                             const TomlSetting& setting) {
  const std::string before = stripped.text.value_or("");
  const KeyPlace place = OCI_TRY(find_place(before, name, entries, setting));
  if (place.set == nullptr && place.header == nullptr) return std::optional<Stripped>();
  const TomlEntry& entry = place.set == nullptr ? *place.header : *place.set;
  const std::string_view line =
      std::string_view(before).substr(entry.begin, entry.end - entry.begin);
  size_t begin = entry.begin, end = entry.end;  // the range to replace
  std::string text;
  if (place.set != nullptr) {
    text = replaced_line(line, entry.value_begin - entry.begin, setting.value);
  } else {
    const std::string_view indent = line.substr(0, line.find('['));
    text = added_line(cat(indent, "  ", setting.key, " = ", setting.value));
    const size_t newline = before.find('\n', entry.end);
    begin = end = newline == std::string::npos ? before.size() : newline + 1;
    text = newline == std::string::npos ? "\n" + text : text + "\n";
  }
  Stripped changed = stripped;
  changed.text = cat(before.substr(0, begin), text, before.substr(end));
  if (end <= stripped.at) changed.at += changed.text->size() - before.size();
  return std::optional<Stripped>(std::move(changed));
}

Status check_extensible(std::string_view text, std::string_view name,
                        const std::vector<TomlEntry>& entries, const TomlPath& table) {
  for (const TomlEntry& entry : entries) {
    if (entry.table || !starts_with(table, entry.path)) continue;
    return toml_problem(text, name, entry.begin,
                        cat(toml_dotted(entry.path), " is an inline table, which cannot be ",
                            "extended; write it with a [header]"));
  }
  return {};
}

}  // namespace oci::install
