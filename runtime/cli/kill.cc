// oci-rt kill
#include <span>

#include "runtime/cli/command.h"
#include "runtime/cli/each_id.h"
#include "runtime/cli/people_options.h"
#include "runtime/sys/signals.h"

namespace oci::cli {
namespace {

bool for_tools(const Arguments& arguments) {
  return !arguments.value("exec").empty();
}

// Engines send ID [SIGNAL], so the last of several operands is a signal. --signal makes all of them
// ids.
Result<int> run(const lifecycle::Context& context, const Arguments& arguments) {
  std::span<const std::string_view> ids(arguments.operands);
  std::string_view signal = arguments.value("signal");
  bool is_given = !signal.empty();
  if (!is_given && ids.size() > 1) {
    is_given = true;
    signal = ids.back();
    ids = ids.first(ids.size() - 1);
  }
  lifecycle::KillOptions options;
  options.all = arguments.flag("all");
  options.signal = OCI_TRY(sys::parse_signal(is_given ? signal : "TERM"));
  OCI_TRY(for_each_id(ids, [&](const std::string& id) {
    options.id = id;
    return lifecycle::kill(context, options);
  }));
  return 0;
}

}  // namespace

constinit const Command kKillCommand{.syntax = kKillSyntax, .run = run, .for_tools = for_tools};

}  // namespace oci::cli
