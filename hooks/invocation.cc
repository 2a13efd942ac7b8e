#include "hooks/invocation.h"

namespace oci::hooks {

Invocation invocation(const spec::Hook& hook, std::string_view state_json, std::string_view cwd) {
  return {
      .path = hook.path,
      // execv(3) wants a name: without args, the program is called as what it is.
      .argv = hook.args.empty() ? std::vector<std::string>{hook.path} : hook.args,
      .env = hook.env,
      .stdin_text = std::string(state_json),
      .timeout_seconds = hook.timeout,
      .cwd = std::string(cwd),
  };
}

}  // namespace oci::hooks
