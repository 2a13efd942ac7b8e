// The directory with the images of a checkpoint.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::criu {

// CRIU writes this image last, so a directory with it is complete.
inline constexpr char kInventory[] = "inventory.img";

// An empty file of `checkpoint`: CRIU has saved cgroups below that of the container.
inline constexpr char kCgroupsFile[] = "cgroups.soft";

// Makes the directory and its parents with mode 0700 where they are missing, and opens it.
// `option`: for errors.
Result<sys::UniqueFd> make_directory(const std::string& path, std::string_view option);

// The records of an image: CRIU's images are a magic number, and then messages with their size.
Result<std::vector<std::string_view>> records_of(std::string_view image);

// A mount of the images that a restore needs a source for.
struct SavedMount {
  std::string name;
  std::string place;            // in the container
  uint64_t flags = 0;           // MS_*, of the mount
  bool is_null_device = false;  // over a masked file
};
Result<std::vector<SavedMount>> external_mounts_in(int directory);

// An error if root of a user namespace, with this uid on the host, may not search the directory:
// CRIU opens images after it has become that user.
Status check_searchable(int directory, const std::string& path, uid_t root);

// An error if the directory has no complete checkpoint that can be restored.
Status check_complete(int directory, const std::string& path);

}  // namespace oci::criu
