// oci-rt spec with a program, options of the container, or --minimal.
#include <fcntl.h>
#include <unistd.h>

#include "runtime/cli/new_config_file.h"
#include "runtime/cli/run_options.h"
#include "runtime/sys/file.h"
#include "runtime/tools/commands.h"
#include "runtime/tools/config_text.h"
#include "runtime/tools/id_ranges.h"

namespace oci::tools {
namespace {

Result<UserIds> user_of(const ContainerOptions& options, const Arguments& arguments) {
  const std::string bundle = arguments.text("bundle");
  const std::string rootfs =
      options.rootfs.empty() ? cat(bundle.empty() ? "." : bundle, "/rootfs") : options.rootfs;
  const sys::UniqueFd root =
      OCI_TRY(sys::open_at(AT_FDCWD, rootfs, O_PATH | O_DIRECTORY).during("option --user"));
  const UserFiles files = OCI_TRY(read_user_files(root.get()));
  return find_user(files, "user", options.user);
}

Result<int> run(const lifecycle::Context&, const Arguments& arguments) {
  Changes changes{.options = OCI_TRY(container_options(
                      arguments, {arguments.operands.begin(), arguments.operands.end()}))};
  const ContainerOptions& options = changes.options;
  if (!options.user.empty()) changes.user = OCI_TRY(user_of(options, arguments));
  const bool rootless =
      arguments.value("rootless").empty() ? ::geteuid() != 0 : arguments.flag("rootless");
  std::optional<UserNamespace> own;
  if (rootless) own = granted_ids();
  std::string text;
  if (arguments.flag("minimal")) {
    text = minimal_text(own);
  } else if (!options.rootfs.empty()) {
    text = rootfs_text(own, options.net.value_or(Net::kNone));
  } else {
    text = default_text(own);
  }
  text = OCI_TRY(changed_text(text, changes));
  const cli::NewFile file = OCI_TRY(cli::new_config_file(arguments));
  OCI_TRY(sys::write_all(file.fd.get(), text, file.path));
  return 0;
}

}  // namespace

constinit const Command kSpecCommand{.syntax = cli::kSpecSyntax, .run = run};

}  // namespace oci::tools
