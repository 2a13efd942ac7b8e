// Compares two observations of one bundle.
#pragma once

#include <string>
#include <vector>

#include "conformance/diff/observe.h"

namespace oci::conformance {

struct Difference {
  std::string path;
  std::string left, right;  // "(none)" if one side has no such fact
};

// Sorted by path. If only one side accepts the bundle, that is the single difference.
std::vector<Difference> compare(const Observation& left, const Observation& right);

}  // namespace oci::conformance
