// `oci-conformance diff`: finds differences between two runtimes over the same bundles.
#pragma once

namespace oci::conformance {

// Takes the arguments after "diff". Returns 0 if all differences are known, 1 otherwise, 2 for a
// wrong command line.
int diff_runtimes(int argc, char** argv);

}  // namespace oci::conformance
