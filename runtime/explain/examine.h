// All mistakes in a bundle, found without changing anything: `oci-rt check`.
//
// The document and its rules are checked by spec/, the decisions by runtime/plan/, the host by
// runtime/lifecycle/host_problems.h, as `create` does it. What only a step of `create` would
// notice is looked at in look_*.cc, with the sentence of that step.
#pragma once

#include <string>
#include <vector>

#include "runtime/lifecycle/operations.h"
#include "spec/diagnostics.h"

namespace oci::explain {

struct Examination {
  std::string bundle;                   // absolute
  std::string file;                     // the path of config.json
  std::string document;                 // its name in messages
  std::vector<spec::Finding> findings;  // in the order of the document; Code tells the severity
  bool truncated = false;               // there are more findings than spec::Diagnostics keeps
};

// Never fails: a bundle that cannot be read is a finding.
Examination examine(const lifecycle::Context& context, const lifecycle::CreateOptions& options);

size_t errors_in(const Examination& examination);

}  // namespace oci::explain
