// config.json's mount options, sorted into what the kernel's mount calls take.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace oci::plan {

// One fsconfig(2) of the filesystem's own.
struct MountParameter {
  std::string_view key;
  std::string value;
  bool has_value = false;  // false: a flag
  size_t option = 0;       // which of `options` it stands in
};

// Keys are views into the options.
struct MountOptions {
  bool bind = false;
  bool recursive = false;  // rbind
  bool remount = false;
  std::optional<size_t> copy_up;  // where tmpcopyup is
  std::optional<size_t> id_map;   // where idmap or ridmap is
  bool id_map_recursive = false;
  std::string_view id_map_text;  // the text behind its '='

  bool copy_symlink = false;         // a source that is a symlink is made anew, not bound
  bool source_nofollow = false;      // a source that is a symlink is bound itself
  bool target_nofollow = false;      // a target that is a symlink is mounted on itself
  std::optional<size_t> first_link;  // where the first of these three is

  uint64_t attr_set = 0;  // MOUNT_ATTR_*, of this mount alone
  uint64_t attr_clear = 0;
  uint64_t tree_set = 0;  // MOUNT_ATTR_*, of all mounts below it too
  uint64_t tree_clear = 0;

  uint64_t propagation = 0;  // MS_SHARED, MS_SLAVE, MS_PRIVATE, MS_UNBINDABLE; 0: as it is
  bool propagation_recursive = false;

  uint64_t super_set = 0;  // MS_*, of the whole filesystem
  uint64_t super_clear = 0;

  std::vector<MountParameter> parameters;  // for the filesystem

  std::optional<size_t> first_super;  // where the first is that sets a flag of the whole filesystem
};

// Later options win over earlier ones, as with mount(8). An option that is not known is for the
// filesystem of that type: each option is cut at its commas, and each piece is "key" or "key=value"
// (config.md#mounts). Not at each comma: a value in quotes, as SELinux's contexts with a comma
// come, goes to the quote that ends it. Overlay's may have one behind a backslash, which stays (as
// ovl_next_opt of the kernel has it); tmpfs's go on where a digit follows, as in mpol=bind:0,2.
MountOptions fold_mount_options(std::span<const std::string> options, std::string_view type);

// The names of the fsconfig(2) flags that stand for MS_* flags of a superblock, in a fixed order.
std::vector<std::string_view> superblock_flag_names(uint64_t set, uint64_t clear);

// Every name that this runtime applies, sorted; for `features`.
std::span<const std::string_view> known_mount_options();

}  // namespace oci::plan
