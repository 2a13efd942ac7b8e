// Requirements of cases on the machine. Each throws Skipped with the reason if one is missing.
#pragma once

#include <string>
#include <string_view>

#include "conformance/harness/sandbox.h"

namespace oci::conformance {

void require_controller(const std::string& name);  // in the cgroup v2 tree of the view
void require_capability(int capability, const std::string& name);  // in the harness's own set
std::string require_program(const std::string& name);              // its path
// Skips on kernels before MAJOR.MINOR. `what` is the missing ability: "can map the ids of a tmpfs".
void require_kernel(int major_version, int minor_version, const std::string& what);
void require_file(const std::string& path);
void require_systemd();  // as pid 1, with its bus
void require_cgroup2();  // mounted anywhere in the view
void require_option(Sandbox& sandbox, const std::string& verb, const std::string& option);

// The mount point of the cgroup v2 tree, or "".
std::string cgroup2_mount();

}  // namespace oci::conformance
