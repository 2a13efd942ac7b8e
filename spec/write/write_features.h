// The document that `features` prints: features.md, features-linux.md of runtime-spec 1.3. It says
// what this build applies, whatever the host, and nothing that is only parsed.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace oci::spec {

// What other parts of the program know. Empty texts are left out of the document.
struct Features {
  std::string_view version;             // of this runtime
  std::string_view commit;              // that it was built from
  std::string_view libseccomp_version;  // "2.5.4"
  std::span<const std::string_view> mount_options;
  std::span<const std::string_view> capabilities;
  bool systemd = false;  // the cgroup driver is there
};

// Four spaces a level, a newline at the end. Names come from the tables that the parser reads by.
std::string features_json(const Features& features);

}  // namespace oci::spec
