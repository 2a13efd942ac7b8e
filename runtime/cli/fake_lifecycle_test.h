// A fake lifecycle for tests of the command line: records the last request, and does nothing.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "runtime/lifecycle/operations.h"

namespace oci::lifecycle {

struct Fake {
  std::string request;          // the verb, and the options that differ from the defaults
  std::set<std::string> taken;  // ids that state() knows
  std::vector<Listed> listed;
};

extern Fake fake;

}  // namespace oci::lifecycle
