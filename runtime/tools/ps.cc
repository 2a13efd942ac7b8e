// oci-rt ps --execs: the programs that exec has started.
#include <algorithm>

#include "runtime/cli/format.h"
#include "runtime/cli/json_writer.h"
#include "runtime/cli/output.h"
#include "runtime/cli/people_options.h"
#include "runtime/sys/log.h"
#include "runtime/tools/commands.h"
#include "runtime/tools/exec_sessions.h"

namespace oci::tools {
namespace {

std::string json_of(const std::vector<ExecSession>& all) {
  cli::JsonWriter out;
  out.begin_array();
  for (const ExecSession& one : all) {
    out.begin_object();
    out.number("pid", one.pid);
    out.number("pidInContainer", one.inner);
    out.number("uid", one.uid);
    out.text("started", sys::utc_time(one.started));
    out.begin_array("args");
    for (const std::string& word : one.args)
      out.element(word);
    out.end_array();
    out.end_object();
  }
  out.end_array();
  return out.finish();
}

std::string table_of(const std::vector<ExecSession>& all) {
  const auto cell = [](const std::string& text, size_t width) {
    return cat(text, std::string(width > text.size() ? width - text.size() : 1, ' '));
  };
  std::string table =
      cat(cell("PID", 10), cell("INSIDE", 10), cell("UID", 10), cell("STARTED", 22), "PROGRAM\n");
  for (const ExecSession& one : all) {
    std::string words;
    for (const std::string& word : one.args)
      words += cat(words.empty() ? "" : " ", word);
    std::ranges::replace(words, '\n', ' ');  // a program may not add rows
    table += cat(cell(cat(one.pid), 10), cell(cat(one.inner), 10), cell(cat(one.uid), 10),
                 cell(sys::utc_time(one.started), 22), sys::printable(words), "\n");
  }
  return table;
}

Result<int> run(const lifecycle::Context& context, const Arguments& arguments) {
  OCI_TRY(cli::require_operands(cli::kPsSyntax, arguments.operands, 1, 1));
  const bool json_wanted = OCI_TRY(cli::wants_json(arguments));
  const std::vector<ExecSession> all =
      OCI_TRY(exec_sessions(context, std::string(arguments.operands.front())));
  OCI_TRY(cli::print(json_wanted ? json_of(all) : table_of(all)));
  return 0;
}

}  // namespace

constinit const Command kPsCommand{.syntax = cli::kPsSyntax, .run = run};

}  // namespace oci::tools
