// oci-rt check, plan and explain: another program, so that this one stays small.
#include "runtime/cli/explainer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "runtime/cli/command.h"
#include "runtime/sys/inherited.h"
#include "runtime/sys/program.h"

namespace oci::cli {
namespace {

// The other program gets the command line and the inheritance of this one.
Error become_explainer(const Arguments& globals, std::span<const char* const> words) {
  const std::string program = sys::find_helper(sys::own_program(), kExplainer);
  if (program.empty()) {
    return Error(ErrorKind::kUnsupported,
                 cat(words.front(), ": '", kExplainer, "' is missing (looked beside oci-rt and in ",
                     sys::helper_directory(), "); install it with oci-rt"));
  }
  std::vector<std::string> options;
  for (const auto& [name, value] : globals.options)
    options.push_back(cat("--", name, "=", value));
  std::vector<const char*> argv = {"oci-rt"};
  for (const std::string& option : options)
    argv.push_back(option.c_str());
  argv.insert(argv.end(), words.begin(), words.end());
  argv.push_back(nullptr);
  for (const int number : sys::inherited_descriptors())
    ::fcntl(number, F_SETFD, 0);
  ::umask(sys::inherited_umask());
  ::execve(program.c_str(), const_cast<char* const*>(argv.data()), ::environ);
  return Error::system(errno, cat(words.front(), ": execute '", program, "'"));
}

}  // namespace

constinit const Command kCheckCommand{.syntax = kCheckSyntax, .become = become_explainer};
constinit const Command kPlanCommand{.syntax = kPlanSyntax, .become = become_explainer};
constinit const Command kExplainCommand{.syntax = kExplainSyntax, .become = become_explainer};

}  // namespace oci::cli
