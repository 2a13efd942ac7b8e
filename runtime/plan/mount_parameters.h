// What a filesystem is told when it is made: config.md#mounts, linux.mountLabel.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/plan/draft.h"
#include "runtime/plan/mount_options.h"

namespace oci::plan {

// One of `mounts` that makes or changes a filesystem.
struct FilesystemMount {
  size_t index = 0;
  std::string_view type;
  const MountOptions& options;
};

// linux.mountLabel and its annotation can be obeyed.
Status check_mount_label(const Draft& draft);

// Fills in the parameters of `op`, whose kind, source and attributes are decided.
Status plan_parameters(Draft& draft, const FilesystemMount& mount, init::MountOp& op);

// The layers of overlay's lowerdir, each with its key: "/a:/b\\:c::/data" is lowerdir+ /a,
// lowerdir+
// "/b:c", datadir+ /data.
struct Layer {
  std::string_view key;
  std::string path;
};
std::vector<Layer> overlay_layers(std::string_view lowerdir);

}  // namespace oci::plan
