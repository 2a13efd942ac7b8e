// Hooks that init runs itself, and whether it must wait for those of the host:
// config.md#posix-platform-hooks.
#include <linux/sched.h>
#include <algorithm>
#include <limits>

#include "runtime/plan/draft.h"

namespace oci::plan {
namespace {

std::vector<std::string_view> views(const std::vector<std::string>& strings) {
  return {strings.begin(), strings.end()};
}

// `otherwise`: the environment of hooks without one of their own.
wire::List<wire::HookOp> hook_ops(Block& block, const std::vector<spec::Hook>& hooks,
                                  const wire::Vector& otherwise) {
  constexpr int64_t kForEver = std::numeric_limits<uint32_t>::max();  // 136 years
  std::vector<wire::HookOp> ops;
  for (size_t i = 0; i < hooks.size(); ++i) {
    const spec::Hook& hook = hooks[i];
    const auto args =
        hook.args.empty() ? std::vector<std::string_view>{hook.path} : views(hook.args);
    ops.push_back({
        .path = block.text(hook.path),
        .args = block.vector(args, 0),
        .env = hook.env ? block.vector(views(*hook.env), 0) : otherwise,
        .timeout =
            static_cast<uint32_t>(std::clamp<int64_t>(hook.timeout.value_or(0), 0, kForEver)),
        .index = index_of(i),
    });
  }
  return block.list(ops);
}

wire::StateText state_text(Block& block, const std::string& head, const std::string& tail) {
  return {.head = block.text(head), .tail = block.text(tail)};
}

}  // namespace

Status plan_container_hooks(Draft& draft) {
  const spec::Hooks& hooks = draft.config.hooks;
  const Request& request = draft.request;
  Block& block = draft.block;
  wire::InitPlan& init = block.init();
  // Network devices are moved at the same moment, before sysctl needs them.
  init.host_hooks = !hooks.prestart.empty() || !hooks.create_runtime.empty() ||
                    !draft.config.linux->net_devices.empty();
  // Hooks of an unprivileged user may not open the namespaces of a process that is not dumpable
  // (proc(5)). That can be allowed if the new process can only see that user's data: no process
  // runs in a new pid namespace yet, and only its owner controls a new user namespace.
  constexpr uint64_t kNew = CLONE_NEWUSER | CLONE_NEWPID;
  init.hooks_enter = init.host_hooks && !draft.host.may_mount() && (draft.created & kNew) == kNew;
  if (!hooks.create_container.empty()) {
    const wire::Vector callers = block.vector(views(request.callers_environment), 0);
    init.create_container_hooks = hook_ops(block, hooks.create_container, callers);
    init.creating_state = state_text(block, request.creating_head, request.creating_tail);
  }
  if (!hooks.start_container.empty()) {
    init.start_container_hooks = hook_ops(block, hooks.start_container, {});
    init.created_state = state_text(block, request.created_head, request.created_tail);
  }
  return {};
}

}  // namespace oci::plan
