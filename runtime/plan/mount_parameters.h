// The parameters of a new filesystem: config.md#mounts, linux.mountLabel.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/plan/draft.h"
#include "runtime/plan/mount_options.h"

namespace oci::plan {

// An entry of `mounts` that makes or changes a filesystem.
struct FilesystemMount {
  size_t index = 0;
  std::string_view type;
  const MountOptions& options;
};

// Checks that linux.mountLabel and its annotation can be applied.
Status check_mount_label(const Draft& draft);

// Fills in the parameters of `op`. Its kind, source and attributes are already set.
Status plan_parameters(Draft& draft, const FilesystemMount& mount, wire::MountOp& op);

// The layers of overlay's lowerdir, each with its key: "/a:/b\\:c::/data" is lowerdir+ /a,
// lowerdir+ "/b:c", datadir+ /data.
struct Layer {
  std::string_view key;
  std::string path;
};
std::vector<Layer> overlay_layers(std::string_view lowerdir);

}  // namespace oci::plan
