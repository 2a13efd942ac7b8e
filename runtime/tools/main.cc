// oci-rt-tools: the verbs of oci-rt that people use and engines do not. oci-rt executes it.
#include <signal.h>

#include "runtime/cli/cli.h"
#include "runtime/tools/runtime.h"

// argv: the path of oci-rt, its options in the form --name=value, the verb and its words.
int main(int argc, char** argv) {
  const std::span<const char* const> words(argv, static_cast<size_t>(argc));
  signal(SIGPIPE, SIG_IGN);  // a closed reader makes write(2) fail instead of killing this process
  oci::tools::remember_caller(words);
  return oci::cli::run_command_line(words);
}
