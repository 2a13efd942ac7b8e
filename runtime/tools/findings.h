// The facts that `doctor` tells of this host.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/lifecycle/operations.h"

namespace oci::tools {

enum class Health {
  kGood,
  kLimited,  // containers run, but some property or option of theirs cannot be had
  kBad,      // no container runs, or only for others than this caller
};

struct Finding {
  std::string part;  // "kernel"
  std::string name;  // "openat2(2)"
  Health health = Health::kGood;
  std::string fact;  // "6.18.44"
  std::string cure;  // empty: none is needed, or there is none
};

using Findings = std::vector<Finding>;

// One part each, in the order of the table. They change nothing.
void examine_kernel(Findings& out);
void examine_cgroups(const lifecycle::Context& context, Findings& out);
void examine_modules(Findings& out);  // security modules
void examine_ids(Findings& out);
void examine_programs(Findings& out);
void examine_engines(Findings& out);

// A line for each finding under the name of its part, and the cures. `colour`: for a terminal.
std::string findings_text(std::span<const Finding> findings, bool colour);
std::string findings_json(std::span<const Finding> findings);

}  // namespace oci::tools
