// The terminal of the container: config.md#process.
#include "runtime/plan/draft.h"

namespace oci::plan {

Status plan_console(Draft& draft) {
  const Request& request = draft.request;
  const bool terminal = draft.config.process && draft.config.process->terminal;
  if (terminal && request.detached && !request.console_socket) {
    // The message that engines search for.
    return invalid("process.terminal",
                   "cannot allocate tty if oci-rt will detach without setting console socket; give "
                   "--console-socket, set terminal to false, or use run without --detach");
  }
  if (!terminal && request.console_socket) {
    return Error(ErrorKind::kUsage, "--console-socket: needs process.terminal set to true");
  }
  if (!terminal) return {};  // and then consoleSize MUST be ignored
  wire::InitPlan& init = draft.block.init();
  init.terminal = true;
  if (const auto& size = draft.config.process->console_size) {
    init.rows = size->height;
    init.columns = size->width;
  }
  return {};
}

}  // namespace oci::plan
