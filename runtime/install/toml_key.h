// Sets a key in a table that a TOML file has already, by a line that `uninstall` finds: block.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/install/engine_settings.h"
#include "runtime/install/toml.h"
#include "spec/error.h"

namespace oci::install {

struct TomlSetting {
  TomlPath table;
  std::string_view key;
  std::string value;  // as TOML
};

// Replaces the line that sets the key, or adds one below the header of the table. Absent: the file
// has neither, so a block may have both. `entries`: those of stripped.text. An error names the
// place in the file `name`: the table cannot be extended, or the value has several lines.
Result<std::optional<Stripped>> with_setting(const Stripped& stripped, std::string_view name,
                                             const std::vector<TomlEntry>& entries,
                                             const TomlSetting& setting);

// An error if TOML forbids to add to `table`, because it, or one above it, is an inline table.
Status check_extensible(std::string_view text, std::string_view name,
                        const std::vector<TomlEntry>& entries, const TomlPath& table);

}  // namespace oci::install
