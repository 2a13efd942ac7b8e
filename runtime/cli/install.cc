// oci-rt install and oci-rt uninstall: another program, so that this one stays small.
#include <signal.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/cli/command.h"
#include "runtime/cli/install_options.h"
#include "runtime/sys/program.h"
#include "runtime/sys/trace.h"

namespace oci::cli {
namespace {

Error become_installer(const Arguments& globals, std::span<const char* const> words) {
  const std::string runtime = sys::own_program();
  const std::string program = sys::find_helper(runtime, kInstaller);
  if (program.empty()) {
    return Error(ErrorKind::kUnsupported,
                 cat(words.front(), ": '", kInstaller, "' is missing (looked beside oci-rt and in ",
                     sys::helper_directory(), "); install it, or configure the engine by hand"));
  }
  const std::string runtime_option = cat("--runtime=", runtime);
  const std::string log_option = cat("--log=", globals.value("log"));
  std::vector<const char*> argv = {kInstaller.data(), runtime_option.c_str(), log_option.c_str()};
  if (globals.value("log-format") == "json") argv.push_back("--log-json");
  argv.insert(argv.end(), words.begin(), words.end());
  argv.push_back(nullptr);
  sys::write_trace_before(program);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execve(program.c_str(), const_cast<char* const*>(argv.data()), ::environ);
  return Error::system(errno, cat(words.front(), ": execute '", program, "'"));
}

}  // namespace

constinit const Command kInstallCommand{
    .syntax = kInstallSyntax,
    .become = become_installer,
};

constinit const Command kUninstallCommand{
    .syntax = kUninstallSyntax,
    .become = become_installer,
};

}  // namespace oci::cli
