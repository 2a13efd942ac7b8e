// Sorts the mount options of config.json by the kernel calls that take them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace oci::plan {

// One fsconfig(2) call for the filesystem.
struct MountParameter {
  std::string_view key;
  std::string value;
  bool has_value = false;  // false: a flag
  size_t option = 0;       // index of its option
};

// Keys are views into the options.
struct MountOptions {
  bool bind = false;
  bool recursive = false;  // rbind
  bool remount = false;
  std::optional<size_t> copy_up;  // index of tmpcopyup
  std::optional<size_t> id_map;   // index of idmap or ridmap
  bool id_map_recursive = false;
  std::string_view id_map_text;  // the text after its '='

  bool copy_symlink = false;         // a source that is a symlink is recreated, not bound
  bool source_nofollow = false;      // a source that is a symlink is bound itself
  bool target_nofollow = false;      // a target that is a symlink is mounted on itself
  std::optional<size_t> first_link;  // index of the first of these three

  uint64_t attr_set = 0;  // MOUNT_ATTR_*, of this mount only
  uint64_t attr_clear = 0;
  uint64_t tree_set = 0;  // MOUNT_ATTR_*, also of all mounts below
  uint64_t tree_clear = 0;

  uint64_t propagation = 0;  // MS_SHARED, MS_SLAVE, MS_PRIVATE, MS_UNBINDABLE. 0: unchanged
  bool propagation_recursive = false;

  uint64_t super_set = 0;  // MS_*, of the whole filesystem
  uint64_t super_clear = 0;

  std::vector<MountParameter> parameters;  // for the filesystem

  std::optional<size_t> first_super;  // index of the first that sets a flag of the whole filesystem
};

// Later options override earlier ones, as in mount(8). An unknown option goes to the filesystem
// `type`: it is split at commas into "key" or "key=value" (config.md#mounts). Some commas are part
// of a value. A value in quotes, such as an SELinux context with a comma, ends at the closing
// quote. Overlay may have a comma after a backslash, which is kept (as in the kernel's
// ovl_next_opt). A value of tmpfs continues before a digit, as in mpol=bind:0,2.
MountOptions fold_mount_options(std::span<const std::string> options, std::string_view type);

// The names of the fsconfig(2) flags for MS_* flags of a superblock, in a fixed order.
std::vector<std::string_view> superblock_flag_names(uint64_t set, uint64_t clear);

// The options of the attributes that mount_setattr(2) sets with `set` and `clear`, and of those
// that it clears: "rw" for MOUNT_ATTR_RDONLY. In the order of the bits.
std::vector<std::string_view> attribute_names(uint64_t set, uint64_t clear);
std::vector<std::string_view> cleared_attribute_names(uint64_t clear);

// "rslave". "" for none.
std::string_view propagation_name(uint64_t propagation, bool recursive);

// All names that this runtime applies, sorted. For `features`.
std::span<const std::string_view> known_mount_options();

}  // namespace oci::plan
