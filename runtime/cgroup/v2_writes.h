// linux.resources as the files to write in a cgroup v2 directory. Pure: nothing is touched here.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "spec/error.h"
#include "spec/model/resources.h"

namespace oci::cgroup {

// What it means that a kernel does not have a file.
enum class IfMissing : uint8_t {
  kError,
  kNothing,  // what was asked for is so without it
  kNoSwap,   // fine only if the kernel cannot swap at all
  kInstead,  // write `instead` to `instead_file`
};

struct Write {
  std::string file;
  std::string value;
  std::string property;  // "linux.resources.memory.limit", for messages
  IfMissing if_missing = IfMissing::kError;
  std::string instead_file;
  std::string instead;
  std::string usage_file;  // refuse a value below what this file says: memory.checkBeforeUpdate

  friend bool operator==(const Write&, const Write&) = default;
};

struct Writes {
  std::vector<Write> before_clone;
  // pids.max of 0 would forbid clone3(CLONE_INTO_CGROUP) itself, so it follows it.
  std::vector<Write> after_clone;
};

// All limits but the device rules (device_program.h). A property that only cgroup v1 has is an
// error (kUnsupported) unless its value is what v2 does anyway.
// Order within a container: memory.swap.max before memory.max, unified last so that it wins.
Result<Writes> v2_writes(const spec::Resources& resources);

// The controllers that the files belong to, sorted, each once: {"cpu", "memory"}.
std::vector<std::string_view> controllers_of(std::span<const Write> writes);

// Conversions from v1's scales; 0 means "leave alone" to every engine.
// cpu.shares 2..262144 to cpu.weight 1..10000, 1024 giving 100, as runc 1.3.2 and crun 1.23 do.
uint64_t cpu_weight_from_shares(uint64_t shares);
// blkio.weight 10..1000 to io.weight 1..10000.
uint64_t io_weight_from_blkio(uint64_t weight);

}  // namespace oci::cgroup
