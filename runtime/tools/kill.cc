// oci-rt kill --exec: a signal to one program that exec has started.
#include <algorithm>
#include <charconv>

#include "runtime/cli/people_options.h"
#include "runtime/sys/pidfd.h"
#include "runtime/sys/signals.h"
#include "runtime/tools/commands.h"
#include "runtime/tools/exec_sessions.h"

namespace oci::tools {
namespace {

Error no_session(std::string_view pid, std::string_view id) {
  return Error(ErrorKind::kUsage,
               cat("option --exec: '", pid, "' is no program that exec runs in '", id,
                   "'; list them with oci-rt ps --execs ", id));
}

Result<int> run(const lifecycle::Context& context, const Arguments& arguments) {
  OCI_TRY(cli::require_operands(cli::kKillSyntax, arguments.operands, 1, 2));
  if (arguments.flag("all")) {
    return Error(ErrorKind::kUsage, "option --exec: it signals one program; use it without --all");
  }
  std::string_view signal = arguments.value("signal");
  if (signal.empty()) signal = arguments.operands.size() > 1 ? arguments.operands[1] : "TERM";
  const int number = OCI_TRY(sys::parse_signal(signal));
  const std::string id(arguments.operands.front());
  const std::string_view text = arguments.value("exec");
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
  if (error != std::errc() || end != text.data() + text.size()) return no_session(text, id);
  const std::vector<ExecSession> all = OCI_TRY(exec_sessions(context, id));
  const auto found = std::ranges::find(all, pid, &ExecSession::pid);
  if (found == all.end()) return no_session(text, id);
  // If it has ended meanwhile, another process may have the pid.
  const std::optional<sys::Pidfd> process = OCI_TRY(sys::Pidfd::open(pid, found->start_ticks));
  if (!process || !OCI_TRY(process->send(number))) return no_session(text, id);
  return 0;
}

}  // namespace

constinit const Command kKillCommand{.syntax = cli::kKillSyntax, .run = run};

}  // namespace oci::tools
