// The names of kernel flags in config.json, for explain.cc.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace oci::plan {

std::string_view namespace_name(uint64_t clone_flag);
std::vector<std::string_view> namespace_names(uint64_t clone_flags);

// The names of attributes that mount_setattr(2) sets with `set` and `clear`, and of those that it
// clears: "rw" for MOUNT_ATTR_RDONLY.
std::vector<std::string_view> attribute_names(uint64_t set, uint64_t clear);
std::vector<std::string_view> cleared_attribute_names(uint64_t clear);

// "rslave". "" for none.
std::string propagation_name(uint64_t propagation, bool recursive);

std::vector<std::string_view> capability_set_names(uint64_t set);
std::vector<std::string_view> seccomp_flag_names(uint32_t flags);
std::string_view rlimit_name(int resource);

// "0755"
std::string octal(uint32_t mode);

}  // namespace oci::plan
