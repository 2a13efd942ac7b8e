// oci-rt spec
#include <unistd.h>

#include "runtime/cli/command.h"
#include "runtime/cli/new_config_file.h"
#include "runtime/cli/run_options.h"
#include "runtime/sys/file.h"
#include "spec/write/default_config.h"

namespace oci::cli {
namespace {

bool for_tools(const Arguments& arguments) {
  return !arguments.operands.empty() || describes_container(arguments);
}

Result<int> run(const lifecycle::Context&, const Arguments& arguments) {
  const NewFile file = OCI_TRY(new_config_file(arguments));
  // An unprivileged user gets a config that they can run. --rootless=false writes that of root.
  const bool rootless =
      arguments.value("rootless").empty() ? geteuid() != 0 : arguments.flag("rootless");
  const std::string text =
      rootless ? spec::rootless_config(geteuid(), getegid()) : spec::default_config();
  OCI_TRY(sys::write_all(file.fd.get(), text, file.path));
  return 0;
}

}  // namespace

constinit const Command kSpecCommand{.syntax = kSpecSyntax, .run = run, .for_tools = for_tools};

}  // namespace oci::cli
