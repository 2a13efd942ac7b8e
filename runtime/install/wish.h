// What an engine is to be told.
#pragma once

#include <optional>
#include <string>

namespace oci::install {

inline constexpr char kRuntimeName[] = "oci-rt";

struct Wish {
  std::string path;  // of oci-rt, absolute
  bool is_default = false;
};

// The text of a file; nothing: there is none.
using Text = std::optional<std::string>;

// A file's text without what an earlier install wrote into it.
struct Stripped {
  Text text;
  bool ours = false;         // there was something of ours
  bool was_default = false;  // it made oci-rt the default runtime
  size_t at = 0;             // where it stood
};

}  // namespace oci::install
