// oci-rt list
#include <unistd.h>

#include <cstdint>
#include <ctime>
#include <optional>

#include "runtime/cli/command.h"
#include "runtime/cli/engine_options.h"
#include "runtime/cli/format.h"
#include "runtime/cli/list_table.h"
#include "runtime/cli/list_template.h"
#include "runtime/cli/output.h"
#include "runtime/sys/log.h"
#include "runtime/sys/terminal.h"
#include "spec/write/write_state.h"

namespace oci::cli {
namespace {

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

// On a terminal, people read how long ago it was.
Result<std::string> table(const std::vector<lifecycle::Listed>& containers) {
  std::optional<int64_t> now;
  timespec time = {};
  if (sys::is_terminal(STDOUT_FILENO) && ::clock_gettime(CLOCK_REALTIME, &time) == 0) {
    now = time.tv_sec;
  }
  return list_table(containers, now);
}

Result<int> run(const lifecycle::Context& context, const Arguments& arguments) {
  const std::string_view text = arguments.value("format");
  const bool by_template = text.find("{{") != text.npos;
  const bool json_wanted = !by_template && OCI_TRY(wants_json(arguments));
  const std::vector<lifecycle::Listed> containers = OCI_TRY(lifecycle::list(context));
  if (arguments.flag("quiet")) {
    OCI_TRY(print(ids(containers)));
  } else if (by_template) {
    const std::string lines = OCI_TRY(list_by_template(text, containers));
    OCI_TRY(print(lines));
  } else if (json_wanted) {
    OCI_TRY(print(json(containers)));
  } else {
    const std::string lines = OCI_TRY(table(containers));
    OCI_TRY(print(lines));
  }
  return 0;
}

}  // namespace

constinit const Command kListCommand{
    .syntax = kListSyntax,
    .run = run,
};

}  // namespace oci::cli
