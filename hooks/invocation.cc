#include "hooks/invocation.h"

namespace oci::hooks {

Invocation invocation(const spec::Hook& hook, std::string_view state_json, std::string_view cwd) {
  return {
      .path = hook.path,
      // execv(3) needs an argv[0]; without args it is the path.
      .argv = hook.args.empty() ? std::vector<std::string>{hook.path} : hook.args,
      .env = hook.env,
      .stdin_text = std::string(state_json),
      .timeout_seconds = hook.timeout,
      .cwd = std::string(cwd),
  };
}

}  // namespace oci::hooks
