// The output of `features`: features.md, features-linux.md of runtime-spec 1.3. Lists the features
// that this build applies, on any host. A feature that is only parsed is not listed.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace oci::spec {

// Values from other parts of the program. Empty ones are left out of the document.
struct Features {
  std::string_view version;             // of this runtime
  std::string_view commit;              // the commit of the build
  std::string_view libseccomp_version;  // "2.5.4"
  std::span<const std::string_view> mount_options;
  std::span<const std::string_view> capabilities;
  bool systemd = false;     // the systemd cgroup driver is present
  bool checkpoint = false;  // `checkpoint` and `restore` work on this host
};

// Four spaces a level, a newline at the end. Names come from the parser's tables.
std::string features_json(const Features& features);

}  // namespace oci::spec
