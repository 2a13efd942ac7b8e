// oci-rt mounts add, oci-rt mounts remove
#include "runtime/cli/command.h"
#include "runtime/cli/engine_options.h"

namespace oci::cli {
namespace {

using Operation = Status (*)(const lifecycle::Context&, const lifecycle::MountsOptions&);

constexpr struct {
  std::string_view word;
  Operation operation;
} kOperations[] = {{"add", lifecycle::add_mounts}, {"remove", lifecycle::remove_mounts}};

Result<int> run(const lifecycle::Context& context, const Arguments& arguments) {
  const std::string_view word = arguments.operands[0];
  for (const auto& [name, operation] : kOperations) {
    if (name != word) continue;
    OCI_TRY(operation(context, {.id = std::string(arguments.operands[1]),
                                .file = std::string(arguments.operands[2])}));
    return 0;
  }
  return Error(ErrorKind::kUsage, cat("mounts: expected add or remove, found '", word, "'"));
}

}  // namespace

constinit const Command kMountsCommand{
    .syntax = kMountsSyntax,
    .run = run,
};

}  // namespace oci::cli
