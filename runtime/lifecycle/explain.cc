#include "runtime/lifecycle/explain.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "runtime/plan/explain.h"
#include "runtime/plan/explain_cgroup.h"
#include "runtime/seccomp/compile.h"
#include "spec/parse/names.h"

namespace oci::lifecycle {
namespace {

using plan::Writer;

void write_hooks(Writer& out, const spec::Hooks& hooks) {
  const struct {
    spec::HookKind kind;
    const std::vector<spec::Hook>& list;
  } of_host[] = {{spec::HookKind::kPrestart, hooks.prestart},
                 {spec::HookKind::kCreateRuntime, hooks.create_runtime},
                 {spec::HookKind::kPoststart, hooks.poststart},
                 {spec::HookKind::kPoststop, hooks.poststop}};
  const auto has_any = [](const auto& row) { return !row.list.empty(); };
  if (std::ranges::none_of(of_host, has_any)) return;
  out.begin("hostHooks");
  for (const auto& row : of_host) {
    std::vector<std::string_view> paths;
    for (const spec::Hook& hook : row.list)
      paths.push_back(hook.path);
    out.list(spec::name_of(spec::kHookNames, row.kind), paths);
  }
  out.end();
}

}  // namespace

Result<std::string> explain(const Prepared& prepared) {
  Writer out(prepared.plan.init());
  out.begin();
  plan::explain(out, prepared.plan);
  if (prepared.cgroup) plan::explain(out, *prepared.cgroup);
  const auto& linux = prepared.config.linux;
  if (linux && linux->seccomp) {
    const seccomp::Program program =
        OCI_TRY(seccomp::compile(*linux->seccomp, seccomp::Warnings::kSkip));
    out.unsigned_number("seccompFilterInstructions", program.filter.size());
  }
  write_hooks(out, prepared.config.hooks);
  out.end();
  return out.finish();
}

}  // namespace oci::lifecycle
