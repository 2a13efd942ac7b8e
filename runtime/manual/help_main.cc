// oci-rt-help: shows the help of a verb of oci-rt, which executes it.
#include <cstdio>

#include "runtime/cli/output.h"
#include "runtime/manual/help.h"
#include "runtime/sys/log.h"

// argv: the path of oci-rt, a verb.
int main(int argc, char** argv) {
  const oci::manual::Verb* const verb = argc == 2 ? oci::manual::find_verb(argv[1]) : nullptr;
  const oci::Status done =
      verb == nullptr
          ? oci::Status(oci::Error(oci::ErrorKind::kUsage,
                                   "oci-rt-help: executed by oci-rt; see oci-rt --help"))
          : oci::cli::print(oci::manual::long_help(*verb, oci::cli::output_width()));
  if (done) return 0;
  oci::sys::log_failure(done.error());
  return 1;
}
