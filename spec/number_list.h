// Lists of CPUs and of memory nodes as the kernel writes them: "0-3,7" (cpuset(7), FORMATS).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace oci::spec {

// More than any kernel has: CONFIG_NR_CPUS and MAX_NUMNODES end below these.
inline constexpr size_t kMostCpus = 8192;
inline constexpr size_t kMostNodes = 1024;

// Bit i of the set is bit i % 64 of word i / 64, as sched_setaffinity(2) and set_mempolicy(2) take
// it on 64-bit machines.
using BitSet = std::vector<uint64_t>;

// As lenient as the kernel: blanks around numbers and commas too many mean nothing. Empty text is
// an empty set. Absent: a number is not below `limit`, a range runs backwards, or it is no list.
std::optional<BitSet> parse_number_list(std::string_view text, size_t limit);

// How many numbers are in it.
size_t count_of(const BitSet& set);

}  // namespace oci::spec
