// What this program is: for `--version` and `features`.
#pragma once

#include <string>
#include <string_view>

namespace oci::cli {

struct BuildInfo {
  std::string_view version;     // "0.1.0"
  std::string_view commit;      // "unknown" outside of a repository
  std::string_view libseccomp;  // "2.5.4"
};

BuildInfo build_info();

// `program`: argv[0]. Clients read the lines by their beginnings, and take every line that contains
// "version" for the first.
std::string version_text(std::string_view program);

}  // namespace oci::cli
