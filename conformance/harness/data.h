// Where the tables of this program are.
#pragma once

#include <string>

namespace oci::conformance {

// The path of NAME ("known", "contract/failures.txt"): below ../share/oci-conformance beside an
// installed program, else in the tree that it was built from.
std::string data(const std::string& name);

}  // namespace oci::conformance
