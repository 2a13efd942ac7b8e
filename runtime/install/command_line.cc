#include "runtime/install/command_line.h"

#include <signal.h>

#include <algorithm>
#include <span>
#include <string_view>

#include "runtime/cli/install_options.h"
#include "runtime/install/engines.h"
#include "runtime/install/install.h"
#include "runtime/install/kubernetes.h"
#include "runtime/sys/log.h"

namespace oci::install {
namespace {

using cli::Arguments;
using cli::Syntax;

struct Verb {
  const Syntax& syntax;
  Result<std::string> (*run)(const Request& request);
  Result<std::string> (*run_on_node)(const NodeRequest& node);
};

constexpr Verb kVerbs[] = {{cli::kInstallSyntax, install, install_on_node},
                           {cli::kUninstallSyntax, uninstall, uninstall_on_node}};

// The node's engine, whichever it is.
constexpr std::string_view kNode = "kubernetes";

// Options in front of the verb, from oci-rt.
constexpr cli::Option kFromRuntime[] = {
    {.name = "runtime", .value = "PATH", .help = "path of the oci-rt that executes this program"},
    {.name = "log", .value = "DESTINATION", .help = "as that of oci-rt"},
    {.name = "log-json", .help = "log records as JSON"},
};

constexpr Syntax kFromRuntimeSyntax{
    .command = {}, .operands = {}, .summary = {}, .options = kFromRuntime};

std::string engine_names(std::string_view separator) {
  std::string names;
  for (const EngineRow& row : engines())
    names += cat(names.empty() ? "" : separator, row.name);
  return names;
}

Result<Arguments> parse(const Syntax& syntax, std::span<const std::string> words) {
  std::vector<const char*> argv;
  argv.reserve(words.size());
  for (const std::string& word : words)
    argv.push_back(word.c_str());
  return cli::parse_arguments(syntax, argv, {});
}

Result<Engine> engine_named(std::string_view name) {
  for (const EngineRow& row : engines())
    if (row.name == name) return row.engine;
  if (name == "nerdctl") {  // nerdctl.toml has no key for it
    return Error(ErrorKind::kUsage,
                 "ENGINE: nerdctl has no setting for its runtime (nerdctl); use `nerdctl run "
                 "--runtime PATH`");
  }
  return Error(ErrorKind::kUsage, cat("ENGINE: expected one of ", engine_names(", "), ", ", kNode,
                                      ", found '", name, "'"));
}

// The options that only a node has.
Status check_engine_options(const Arguments& given) {
  for (const std::string_view option : {"engine", "host-root", "restart"}) {
    if (given.value(option).empty()) continue;
    return Error(ErrorKind::kUsage, cat("option --", option, ": only for ", kNode));
  }
  return {};
}

Result<std::string> run(const Verb& verb, std::span<const std::string> words, std::string runtime) {
  const Arguments given = OCI_TRY(parse(verb.syntax, words));
  if (given.help) return cli::help_text(verb.syntax, cli::output_width());
  const bool on_node = given.operands.front() == kNode;
  Request request{.path = given.text("path"),
                  .runtime = std::move(runtime),
                  .etc = given.text("etc"),
                  .make_default = given.flag("default"),
                  .dry_run = given.flag("dry-run"),
                  .ask_engine = !given.flag("no-verify")};
  while (request.etc.size() > 1 && request.etc.back() == '/')
    request.etc.pop_back();
  if (on_node) {
    return verb.run_on_node({.request = std::move(request),
                             .engine = given.text("engine"),
                             .host_root = given.text("host-root"),
                             .restart = given.flag("restart")});
  }
  request.engine = OCI_TRY(engine_named(given.operands.front()));
  OCI_TRY(check_engine_options(given));
  return verb.run(request);
}

// The process of a pod whose work is done: kubernetes/README.md.
Result<std::string> wait_for_signal() {
  sigset_t awaited;
  ::sigemptyset(&awaited);
  ::sigaddset(&awaited, SIGTERM);
  ::sigaddset(&awaited, SIGINT);
  // A blocked signal also reaches process 1 of a pid namespace, which ignores it otherwise.
  ::sigprocmask(SIG_BLOCK, &awaited, nullptr);
  int number = 0;
  ::sigwait(&awaited, &number);
  return std::string();
}

}  // namespace

Result<std::string> execute(const std::vector<std::string>& words) {
  const auto name =
      std::ranges::find_if(words, [](const std::string& word) { return !word.starts_with('-'); });
  const Arguments given = OCI_TRY(parse(kFromRuntimeSyntax, {words.begin(), name}));
  OCI_TRY(sys::open_log(
      {.destination = given.text("log"),
       .format = given.flag("log-json") ? sys::LogFormat::kJson : sys::LogFormat::kText}));
  if (name != words.end() && *name == "pause") return wait_for_signal();
  for (const Verb& verb : kVerbs)
    if (name != words.end() && verb.syntax.command == *name)
      return run(verb, {name + 1, words.end()}, given.text("runtime"));
  return Error(ErrorKind::kUsage,
               cat(cli::kInstaller, ": executed by oci-rt; see oci-rt install --help"));
}

}  // namespace oci::install
