// manual: writes, for the build, the texts that are made of the tables. It is not installed.
#include <cstdio>
#include <string_view>

#include "runtime/cli/output.h"
#include "runtime/manual/help.h"
#include "runtime/sys/log.h"

namespace oci::manual {
namespace {

// A line for each example: the verb, the state that it needs, the command.
std::string examples() {
  constexpr std::string_view kStates[] = {"bundle", "created", "running", "paused", "stopped"};
  std::string out;
  for (const Verb& verb : verbs()) {
    for (const Example& example : verb.examples) {
      out += cat(verb.syntax->command, "\t", kStates[static_cast<size_t>(example.needs)], "\t",
                 example.command, "\n");
    }
  }
  return out;
}

Status write(std::span<const char* const> words) {
  const std::string_view kind = words.size() > 1 ? words[1] : "";
  if (kind == "examples") return cli::print(examples());
  return Error(ErrorKind::kUsage, cat("manual: there is no text '", kind, "'"));
}

}  // namespace
}  // namespace oci::manual

int main(int argc, char** argv) {
  const oci::Status done = oci::manual::write({argv, static_cast<size_t>(argc)});
  if (done) return 0;
  oci::sys::log_failure(done.error());
  return 1;
}
