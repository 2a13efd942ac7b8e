// oci-rt list
#include "runtime/cli/command.h"
#include "runtime/cli/format.h"
#include "runtime/cli/list_table.h"
#include "runtime/cli/output.h"
#include "runtime/sys/log.h"
#include "spec/write/write_state.h"

namespace oci::cli {
namespace {

constexpr Option kOptions[] = {
    kFormatOption,
    {.letter = 'q', .name = "quiet", .help = "print ids only"},
};

std::string ids(const std::vector<lifecycle::Listed>& containers) {
  std::string text;
  for (const lifecycle::Listed& one : containers)
    text += cat(one.id, "\n");
  return text;
}

// Clients know no status for an unreadable record: leave it out, and warn in the log.
std::string json(const std::vector<lifecycle::Listed>& containers) {
  std::string text;
  for (const lifecycle::Listed& one : containers) {
    if (one.problem.empty()) {
      text += cat(text.empty() ? "[" : ",", spec::state_line(one.state));
    } else {
      sys::log_warning(cat("container '", one.id, "' is not listed: ", one.problem));
    }
  }
  return text.empty() ? "[]\n" : text + "]\n";
}

Result<int> run(const lifecycle::Context& context, const Arguments& arguments) {
  const bool json_wanted = OCI_TRY(wants_json(arguments));
  const std::vector<lifecycle::Listed> containers = OCI_TRY(lifecycle::list(context));
  if (arguments.flag("quiet")) {
    OCI_TRY(print(ids(containers)));
  } else if (json_wanted) {
    OCI_TRY(print(json(containers)));
  } else {
    OCI_TRY(print(list_table(containers)));
  }
  return 0;
}

}  // namespace

constinit const Command kListCommand{
    .syntax = {.command = "list", .summary = "Lists all containers.", .options = kOptions},
    .run = run,
};

}  // namespace oci::cli
