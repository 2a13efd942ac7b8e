// Build information for `--version` and `features`.
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

// `program`: argv[0]. Clients parse the lines by their first word, and take every line with
// "version" as the first one.
std::string version_text(std::string_view program);

}  // namespace oci::cli
