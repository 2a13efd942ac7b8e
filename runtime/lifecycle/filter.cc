#include "runtime/lifecycle/filter.h"

#include "runtime/sys/log.h"

namespace oci::lifecycle {

Result<seccomp::Program> compile_filter(const spec::Seccomp& profile) {
  const bool debug = sys::log_wanted(sys::LogLevel::kDebug);
  seccomp::Program program = OCI_TRY(
      seccomp::compile(profile, debug ? seccomp::Warnings::kCollect : seccomp::Warnings::kSkip));
  for (const std::string& warning : program.warnings)
    sys::log_debug(warning);
  return program;
}

}  // namespace oci::lifecycle
