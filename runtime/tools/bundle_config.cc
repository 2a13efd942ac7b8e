#include "runtime/tools/bundle_config.h"

#include <fcntl.h>

#include <cerrno>
#include <utility>

#include "runtime/sys/file.h"
#include "runtime/sys/sealed.h"
#include "spec/load_config.h"

namespace oci::tools {

Result<BundleConfig> read_bundle_config(const std::string& path) {
  Result<std::string> text = sys::read_file_at(AT_FDCWD, path, size_t{64} << 20);
  if (!text && text.error().sys_errno() == ENOENT) {
    return Error(ErrorKind::kInvalidConfig, cat("bundle: there is no '", path,
                                                "'; make one with oci-rt spec, or use --rootfs"));
  }
  if (!text) return std::move(text).error();
  spec::Config config = OCI_TRY(spec::load_config(text.value(), "config.json"));
  return BundleConfig{.text = std::move(text).value(), .config = std::move(config)};
}

std::string absolute_below(const std::string& directory, const std::string& path) {
  return path.starts_with('/') ? path : cat(directory.empty() ? "." : directory, "/", path);
}

Result<int> inherited_file(std::string_view text, int first) {
  const sys::UniqueFd file = OCI_TRY(sys::seal("config.json", text, sys::Executable::kNo));
  // Inherited by oci-rt. NOLINTNEXTLINE(android-cloexec-dup)
  const int kept = ::fcntl(file.get(), F_DUPFD, first);
  if (kept < 0) return Error::system(errno, "keep the config for oci-rt");
  return kept;
}

}  // namespace oci::tools
