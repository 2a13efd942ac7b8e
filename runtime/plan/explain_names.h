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

std::vector<std::string_view> capability_set_names(uint64_t set);

// "0755"
std::string octal(uint32_t mode);

}  // namespace oci::plan
