// oci-rt gc
#include <algorithm>

#include "runtime/cli/command.h"
#include "runtime/cli/engine_options.h"
#include "runtime/cli/format.h"
#include "runtime/cli/gc_text.h"
#include "runtime/cli/output.h"

namespace oci::cli {
namespace {

Result<int> run(const lifecycle::Context& context, const Arguments& arguments) {
  const bool json_wanted = OCI_TRY(wants_json(arguments));
  const bool remove = arguments.flag("remove");
  const std::vector<lifecycle::Garbage> garbage =
      OCI_TRY(lifecycle::collect_garbage(context, remove));
  OCI_TRY(print(json_wanted ? gc_json(garbage, remove) : gc_lines(garbage, remove)));
  const auto stays = [](const lifecycle::Garbage& one) { return !one.problem.empty(); };
  const auto kept = std::ranges::count_if(garbage, stays);
  if (kept == 0) return 0;
  return Error(ErrorKind::kBusy, cat("gc: ", kept, " of ", garbage.size(),
                                     " cannot be removed; the reason of each is listed above"));
}

}  // namespace

constinit const Command kGcCommand{
    .syntax = kGcSyntax,
    .run = run,
};

}  // namespace oci::cli
