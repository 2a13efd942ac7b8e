// Lists of CPUs and of memory nodes as the kernel writes them: "0-3,7" (cpuset(7), FORMATS).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace oci::spec {

// Above the limits of any kernel: CONFIG_NR_CPUS and MAX_NUMNODES are below these.
inline constexpr size_t kMostCpus = 8192;
inline constexpr size_t kMostNodes = 1024;

// Bit i of the set is bit i % 64 of word i / 64, the format of sched_setaffinity(2) and
// set_mempolicy(2) on 64-bit machines.
using BitSet = std::vector<uint64_t>;

// Parses as leniently as the kernel: ignores blanks around numbers and extra commas. Empty text is
// an empty set. Returns nullopt if a number is not below `limit`, if a range runs backwards, or for
// malformed text.
std::optional<BitSet> parse_number_list(std::string_view text, size_t limit);

// The number of bits set.
size_t count_of(const BitSet& set);

}  // namespace oci::spec
