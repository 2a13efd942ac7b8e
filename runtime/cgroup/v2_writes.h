// Converts linux.resources to writes to cgroup v2 files. Pure: changes nothing.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "spec/error.h"
#include "spec/model/resources.h"

namespace oci::cgroup {

// How to treat a file that the kernel does not have.
enum class IfMissing : uint8_t {
  kError,
  kNothing,  // the request already holds without it
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
  std::string usage_file;  // refuse a value below the number in this file: memory.checkBeforeUpdate

  friend bool operator==(const Write&, const Write&) = default;
};

struct Writes {
  std::vector<Write> before_clone;
  // A pids.max of 0 would forbid clone3(CLONE_INTO_CGROUP), so it comes after that.
  std::vector<Write> after_clone;

  // Both lists, one after the other.
  std::vector<Write> all() const;
};

// All limits except the device rules (device_program.h). `resources` must have passed
// spec/validate, which alone checks ranges and forms. A property of v1 only is an error
// (kUnsupported), unless v2 behaves like that anyway. Order: memory.swap.max before memory.max, and
// unified last, so that it wins.
Result<Writes> v2_writes(const spec::Resources& resources);

// The controllers of the files, sorted, each once: {"cpu", "memory"}.
std::vector<std::string_view> controllers_of(std::span<const Write> writes);

// Conversions from the scales of v1. 0 means "unchanged" to every engine.
// cpu.shares 2..262144 to cpu.weight 1..10000. 1024 becomes 100, as in runc 1.3.2 and crun 1.23.
uint64_t cpu_weight_from_shares(uint64_t shares);
// blkio.weight 10..1000 to io.weight 1..10000.
uint64_t io_weight_from_blkio(uint64_t weight);

}  // namespace oci::cgroup
