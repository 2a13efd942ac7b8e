#include "runtime/cli/other_program.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/sys/inherited.h"
#include "runtime/sys/program.h"
#include "runtime/sys/trace.h"

namespace oci::cli {
namespace {

// The inverse of what main() took: the program that is executed takes them again.
void give_back_inherited() {
  for (const int fd : sys::inherited_descriptors())
    (void)::fcntl(fd, F_SETFD, 0);
  ::umask(sys::inherited_umask());
}

}  // namespace

Error become(std::string_view name, const Arguments& globals, std::span<const char* const> words) {
  const std::string runtime = sys::own_program();
  const std::string program = sys::find_helper(runtime, name);
  if (program.empty()) {
    return Error(ErrorKind::kUnsupported,
                 cat(words.front(), ": '", name, "' is missing (looked beside oci-rt and in ",
                     sys::helper_directory(), "); install it with oci-rt"));
  }
  std::vector<std::string> given;
  for (const auto& [option, value] : globals.options)
    given.push_back(cat("--", option, "=", value));
  std::vector<const char*> argv = {runtime.c_str()};
  for (const std::string& word : given)
    argv.push_back(word.c_str());
  argv.insert(argv.end(), words.begin(), words.end());
  argv.push_back(nullptr);
  sys::write_trace_before(program);
  give_back_inherited();
  ::execve(program.c_str(), const_cast<char* const*>(argv.data()), ::environ);
  return Error::system(errno, cat(words.front(), ": execute '", program, "'"));
}

}  // namespace oci::cli
