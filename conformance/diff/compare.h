// Two observations of one bundle, side by side.
#pragma once

#include <string>
#include <vector>

#include "conformance/diff/observe.h"

namespace oci::conformance {

struct Difference {
  std::string path;
  std::string left, right;  // "(none)" where one side has no such fact
};

// Sorted by path. Where one side refuses, that is the only difference.
std::vector<Difference> compare(const Observation& left, const Observation& right);

}  // namespace oci::conformance
