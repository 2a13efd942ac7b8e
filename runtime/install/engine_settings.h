// The settings that an engine is to get.
#pragma once

#include <optional>
#include <string>

namespace oci::install {

inline constexpr char kRuntimeName[] = "oci-rt";

struct EngineSettings {
  std::string path;  // absolute path of oci-rt
  bool is_default = false;
};

// The text of a file. Absent: no file.
using Text = std::optional<std::string>;

// The text of a file without the lines of an earlier install.
struct Stripped {
  Text text;
  bool ours = false;         // it had lines of oci-rt
  bool was_default = false;  // they made oci-rt the default runtime
  bool by_hand = false;      // it has an oci-rt that the user wrote
  size_t at = 0;             // their offset
};

}  // namespace oci::install
