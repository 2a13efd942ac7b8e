// oci-rt install and oci-rt uninstall
#include "runtime/install/install.h"

#include "runtime/cli/command.h"
#include "runtime/cli/output.h"

namespace oci::cli {
namespace {

constexpr Option kInstallOptions[] = {
    {.name = "default", .help = "also make oci-rt the engine's default runtime"},
    {.name = "path", .value = "PATH", .help = "path of oci-rt (default: this program)"},
    {.name = "no-verify", .help = "do not ask the engine to check its configuration"},
};

constexpr Option kSharedOptions[] = {
    {.letter = 'n', .name = "dry-run", .help = "show the change and write nothing"},
    {.name = "etc", .value = "DIR", .help = "write below DIR instead of /etc, for packages"},
};

constexpr Choice<install::Engine> kEngines[] = {
    {"podman", install::Engine::kPodman},
    {"containerd", install::Engine::kContainerd},
    {"docker", install::Engine::kDocker},
    {"crio", install::Engine::kCrio},
};

Result<install::Request> request_of(const Arguments& arguments) {
  install::Request request;
  const std::string_view name = arguments.operands.front();
  std::string names;
  bool known = false;
  for (const Choice<install::Engine>& engine : kEngines) {
    names += cat(names.empty() ? "" : ", ", engine.name);
    if (engine.name != name) continue;
    request.engine = engine.meaning;
    known = true;
  }
  if (!known) {
    return Error(ErrorKind::kUsage, cat("ENGINE: expected one of ", names, ", found '", name, "'"));
  }
  request.path = arguments.text("path");
  request.etc = arguments.text("etc");
  while (request.etc.size() > 1 && request.etc.back() == '/')
    request.etc.pop_back();
  request.make_default = arguments.flag("default");
  request.dry_run = arguments.flag("dry-run");
  request.ask_engine = !arguments.flag("no-verify");
  return request;
}

Result<int> run_install(const lifecycle::Context&, const Arguments& arguments) {
  const install::Request request = OCI_TRY(request_of(arguments));
  const std::string done = OCI_TRY(install::install(request));
  OCI_TRY(print(done));
  return 0;
}

Result<int> run_uninstall(const lifecycle::Context&, const Arguments& arguments) {
  const install::Request request = OCI_TRY(request_of(arguments));
  const std::string done = OCI_TRY(install::uninstall(request));
  OCI_TRY(print(done));
  return 0;
}

}  // namespace

constinit const Command kInstallCommand{
    .syntax = {.command = "install",
               .operands = "podman|containerd|docker|crio",
               .summary = "Configures an engine to use oci-rt.",
               .options = kInstallOptions,
               .more_options = kSharedOptions,
               .min_operands = 1,
               .max_operands = 1},
    .run = run_install,
};

constinit const Command kUninstallCommand{
    .syntax = {.command = "uninstall",
               .operands = "podman|containerd|docker|crio",
               .summary = "Removes the configuration that `install` wrote.",
               .options = kSharedOptions,
               .min_operands = 1,
               .max_operands = 1},
    .run = run_uninstall,
};

}  // namespace oci::cli
