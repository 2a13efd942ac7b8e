// A lifecycle for tests of the command line: it remembers the last request and does nothing.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "runtime/lifecycle/operations.h"

namespace oci::lifecycle {

struct Fake {
  std::string request;          // the verb, and what differs from the defaults
  std::set<std::string> taken;  // ids that state() knows
  std::vector<Listed> listed;
};

extern Fake fake;

}  // namespace oci::lifecycle
