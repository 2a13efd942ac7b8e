#include <vector>

#include "runtime/cli/command.h"
#include "spec/nearest.h"

namespace oci::cli {

Result<const Command*> find_command(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Command* command : commands()) {
    if (command->syntax.command == name) return command;
    names.push_back(command->syntax.command);
  }
  // The message of runc, which its tests search for.
  std::string text = cat("No help topic for '", name, "'");
  if (const std::string_view near = spec::nearest(name, names); !near.empty()) {
    text += cat("; did you mean '", near, "'?");
  } else {
    text += "; see oci-rt --help";
  }
  return Error(ErrorKind::kUsage, std::move(text));
}

}  // namespace oci::cli
