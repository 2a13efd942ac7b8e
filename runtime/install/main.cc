// oci-rt-install: the verbs `install` and `uninstall` of oci-rt.
#include <unistd.h>

#include "runtime/install/command_line.h"
#include "runtime/sys/file.h"
#include "runtime/sys/log.h"

namespace {

oci::Status run(const std::vector<std::string>& words) {
  const std::string text = OCI_TRY(oci::install::execute(words));
  return oci::sys::write_all(STDOUT_FILENO, text, "standard output");
}

}  // namespace

int main(int argc, char** argv) {
  const oci::Status done = run({argv + (argc > 0 ? 1 : 0), argv + argc});
  if (done) return 0;
  oci::sys::log_failure(done.error());
  return 1;
}
