// oci-rt ps
#include <cstdint>
#include <cstdlib>

#include "runtime/cli/command.h"
#include "runtime/cli/format.h"
#include "runtime/cli/output.h"
#include "runtime/cli/people_options.h"
#include "runtime/cli/ps_table.h"
#include "runtime/sys/program.h"
#include "runtime/sys/spawn.h"

namespace oci::cli {
namespace {

bool for_tools(const Arguments& arguments) {
  return arguments.flag("execs");
}

std::string json(const std::vector<pid_t>& pids) {
  std::string text;
  for (const pid_t pid : pids)
    text += cat(text.empty() ? "[" : ",", pid);
  return text.empty() ? "[]\n" : text + "]\n";
}

// Only the host's ps(1) can print the requested columns.
Result<std::string> ask_ps(std::span<const std::string_view> options) {
  constexpr size_t kMostOutput = size_t{64} << 20;
  const char* const path = std::getenv("PATH");
  std::string program = sys::find_program("ps", path == nullptr ? "" : path);
  if (program.empty()) program = sys::find_program("ps", "/bin:/usr/bin");
  if (program.empty()) {
    return Error(ErrorKind::kUnsupported,
                 "ps: it is not installed; install procps, or use --format json");
  }
  sys::Command ps{
      .path = std::move(program), .argv = {"ps"}, .env = {"LC_ALL=C"}, .kept_output = kMostOutput};
  for (const std::string_view option : options) {
    // One operand may hold several words, as Docker passes them.
    for (const std::string& word : words_of(option))
      ps.argv.push_back(word);
  }
  if (ps.argv.size() == 1) ps.argv.emplace_back("-ef");
  ps.timeout_seconds = 10;
  sys::Finished finished = OCI_TRY(sys::run_program(ps).during("ps"));
  if (finished.wait_status == 0) return std::move(finished.output);
  return Error(
      ErrorKind::kUsage,
      cat("ps: ", finished.timed_out ? "no answer in 10 s; use --format json" : "refuses: ",
          finished.output.substr(0, finished.output.find('\n'))));
}

Result<int> run(const lifecycle::Context& context, const Arguments& arguments) {
  const bool json_wanted = OCI_TRY(wants_json(arguments));
  const std::vector<pid_t> pids =
      OCI_TRY(lifecycle::processes(context, std::string(arguments.operands.front())));
  if (json_wanted) {
    OCI_TRY(print(json(pids)));
    return 0;
  }
  const std::span<const std::string_view> options(arguments.operands);
  const std::string all = OCI_TRY(ask_ps(options.subspan(1)));
  const std::string rows = OCI_TRY(rows_of(all, pids));
  OCI_TRY(print(rows));
  return 0;
}

}  // namespace

constinit const Command kPsCommand{.syntax = kPsSyntax, .run = run, .for_tools = for_tools};

}  // namespace oci::cli
