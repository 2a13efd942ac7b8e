// oci-rt events
#include <unistd.h>

#include <chrono>

#include "runtime/cli/command.h"
#include "runtime/cli/duration.h"
#include "runtime/cli/engine_options.h"
#include "runtime/cli/output.h"

namespace oci::cli {
namespace {

Result<int> run(const lifecycle::Context& context, const Arguments& arguments) {
  lifecycle::EventsOptions options;
  options.id = arguments.operands.front();
  options.once = arguments.flag("stats");
  options.interval = std::chrono::seconds(5);
  if (const std::string_view text = arguments.value("interval"); !text.empty()) {
    options.interval = OCI_TRY(parse_duration("interval", text));
  }
  options.say = print;
  options.output = STDOUT_FILENO;
  OCI_TRY(lifecycle::events(context, options));
  return 0;
}

}  // namespace

constinit const Command kEventsCommand{
    .syntax = kEventsSyntax,
    .run = run,
};

}  // namespace oci::cli
