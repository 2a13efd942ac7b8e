// oci-rt run with a program, or without a config.json: makes the config in memory, and oci-rt runs
// it.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>

#include "runtime/cli/create_options.h"
#include "runtime/cli/run_options.h"
#include "runtime/sys/file.h"
#include "runtime/sys/terminal.h"
#include "runtime/tools/bundle_config.h"
#include "runtime/tools/commands.h"
#include "runtime/tools/config_text.h"
#include "runtime/tools/id_ranges.h"
#include "runtime/tools/runtime.h"

namespace oci::tools {
namespace {

// What oci-rt is asked to run.
struct Job {
  std::string id;  // "": oci-rt makes one from the name of the bundle
  std::string bundle, config;
};

Result<UserIds> user_below(const std::string& rootfs, std::string_view text) {
  const sys::UniqueFd root =
      OCI_TRY(sys::open_at(AT_FDCWD, rootfs, O_PATH | O_DIRECTORY).during("option --user"));
  const UserFiles files = OCI_TRY(read_user_files(root.get()));
  return find_user(files, "user", text);
}

Status require_sources(const ContainerOptions& options) {
  for (const Volume& volume : options.volumes) {
    struct stat info = {};
    if (::stat(volume.source.c_str(), &info) == 0 || (errno != ENOENT && errno != ENOTDIR))
      continue;
    return Error(ErrorKind::kUsage,
                 cat("option --volume: '", volume.source, "' does not exist on the host"));
  }
  return {};
}

// The program talks to the caller's terminal if both its input and its output are one.
bool wants_terminal(const Arguments& arguments) {
  if (!arguments.value("console-socket").empty()) return true;
  return !arguments.flag("detach") && sys::is_terminal(STDIN_FILENO) &&
         sys::is_terminal(STDOUT_FILENO);
}

Result<Job> from_tree(const Arguments& arguments) {
  for (const std::string_view other : {"bundle", "config"}) {
    if (arguments.value(other).empty()) continue;
    return Error(ErrorKind::kUsage, cat("option --rootfs: it needs no config.json; use it without "
                                        "--",
                                        other));
  }
  Changes changes{.options = OCI_TRY(container_options(
                      arguments, {arguments.operands.begin(), arguments.operands.end()}))};
  ContainerOptions& options = changes.options;
  OCI_TRY(require_sources(options));
  changes.terminal = wants_terminal(arguments);
  const char* const term = std::getenv("TERM");
  if (*changes.terminal && term != nullptr && *term != '\0') {
    options.env.insert(options.env.begin(), cat("TERM=", term));
  }
  if (!options.user.empty()) changes.user = OCI_TRY(user_below(options.rootfs, options.user));
  std::optional<UserNamespace> own;
  if (::geteuid() != 0) own = granted_ids();
  const std::string base = rootfs_text(own, options.net.value_or(Net::kNone));
  return Job{.id = "", .bundle = options.rootfs, .config = OCI_TRY(changed_text(base, changes))};
}

Result<Job> from_bundle(const lifecycle::Context& context, const Arguments& arguments) {
  OCI_TRY(cli::require_operands(cli::kRunSyntax, arguments.operands, 1, SIZE_MAX));
  lifecycle::CreateOptions create = OCI_TRY(cli::create_options(arguments));
  OCI_TRY(cli::choose_bundle(context, arguments, create));
  const std::string path =
      create.config.empty() ? absolute_below(create.bundle, "config.json") : create.config;
  const BundleConfig read = OCI_TRY(read_bundle_config(path));
  Changes changes{.options = OCI_TRY(container_options(
                      arguments, {arguments.operands.begin() + 1, arguments.operands.end()}))};
  const ContainerOptions& options = changes.options;
  OCI_TRY(require_sources(options));
  if (!options.user.empty()) {
    const std::string root = read.config.root ? read.config.root->path : "rootfs";
    changes.user = OCI_TRY(user_below(absolute_below(create.bundle, root), options.user));
  }
  return Job{.id = cli::operand_is_bundle(arguments) ? "" : create.id,
             .bundle = create.bundle,
             .config = OCI_TRY(changed_text(read.text, changes))};
}

// Beyond the numbers that the program of the container inherits.
int first_free_descriptor(const Arguments& arguments) {
  int first = 3;
  const char* const listening = std::getenv("LISTEN_FDS");
  for (const std::string_view count :
       {arguments.value("preserve-fds"), std::string_view(listening == nullptr ? "" : listening)}) {
    int number = 0;
    std::from_chars(count.data(), count.data() + count.size(), number);
    first += std::clamp(number, 0, 1 << 16);
  }
  return first;
}

Result<int> run(const lifecycle::Context& context, const Arguments& arguments) {
  const bool has_tree = !arguments.value("rootfs").empty();
  Job job = OCI_TRY(has_tree ? from_tree(arguments) : from_bundle(context, arguments));
  if (!arguments.value("id").empty()) job.id = arguments.text("id");
  const int config = OCI_TRY(inherited_file(job.config, first_free_descriptor(arguments)));
  std::vector<std::string> words = {"run"};
  for (const auto& given : arguments.options) {
    const std::string_view name = given.first;
    const auto is_this = [&](const cli::Option& option) { return option.name == name; };
    if (name == "id" || name == "bundle" || name == "config") continue;
    if (std::ranges::any_of(cli::kProgramOptions, is_this)) continue;
    words.push_back(cat("--", name, "=", given.second));
  }
  words.push_back(cat("--config=/proc/self/fd/", config));
  const std::string bundle = absolute_below(".", job.bundle.empty() ? "." : job.bundle);
  if (job.id.empty()) {
    words.push_back(bundle);
  } else {
    words.push_back(cat("--bundle=", bundle));
    words.push_back(job.id);
  }
  return become_runtime(words);
}

}  // namespace

constinit const Command kRunCommand{.syntax = cli::kRunSyntax, .run = run};

}  // namespace oci::tools
