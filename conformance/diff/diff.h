// `oci-conformance diff`: where two runtimes make different things of the same bundles.
#pragma once

namespace oci::conformance {

// The words after "diff". Exit code: 0 when nothing differs but what is known, 1 otherwise, 2 when
// the command line is wrong.
int diff_runtimes(int argc, char** argv);

}  // namespace oci::conformance
