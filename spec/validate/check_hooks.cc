// config.md#posix-platform-hooks.
#include "spec/parse/names.h"
#include "spec/validate/checks.h"
#include "spec/validate/lexical.h"

namespace oci::spec {
namespace {

void check_list(const std::vector<Hook>& hooks, HookKind kind, Diagnostics& out) {
  const auto at = [kind](size_t i, std::string_view key) {
    return child_path(child_path(child_path("hooks", name_of(kHookNames, kind)), i), key);
  };
  for (size_t i = 0; i < hooks.size(); ++i) {
    const Hook& hook = hooks[i];
    if (!is_absolute(hook.path)) {
      out.add(at(i, "path"), cat("expected an absolute path, found ", quoted(hook.path)),
              Code::kForm);
    }
    if (hook.timeout && *hook.timeout <= 0) {
      out.add(at(i, "timeout"), cat("expected at least 1 second, found ", *hook.timeout),
              Code::kRange);
    }
  }
}

}  // namespace

void check_hooks(const Config& config, Diagnostics& out) {
  check_list(config.hooks.prestart, HookKind::kPrestart, out);
  check_list(config.hooks.create_runtime, HookKind::kCreateRuntime, out);
  check_list(config.hooks.create_container, HookKind::kCreateContainer, out);
  check_list(config.hooks.start_container, HookKind::kStartContainer, out);
  check_list(config.hooks.poststart, HookKind::kPoststart, out);
  check_list(config.hooks.poststop, HookKind::kPoststop, out);
}

}  // namespace oci::spec
