#include "runtime/lifecycle/explain.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "runtime/plan/explain.h"
#include "runtime/seccomp/compile.h"
#include "spec/parse/names.h"

namespace oci::lifecycle {
namespace {

using plan::Writer;

void write_limit(Writer& out, const cgroup::Write& write) {
  out.text("file", write.file);
  out.text("value", write.value);
  out.text("property", write.property);
}

void write_scope(Writer& out, const plan::ScopePlan& plan) {
  out.begin("systemd");
  out.text("unit", plan.unit.name);
  out.text("slice", plan.unit.slice);
  out.text("bus", plan.bus == systemd::Bus::kUser ? "user" : "system");
  out.objects_or_none("properties", plan.properties, [&](const systemd::Property& property) {
    out.text("name", property.name);
    out.text("type", property.signature);
    out.list("value", property.values);
  });
  out.end();
}

void write_cgroup(Writer& out, const plan::CgroupPlan& plan) {
  const auto limit = [&](const cgroup::Write& write) { write_limit(out, write); };
  out.begin("cgroup");
  out.text("mountPoint", plan.layout.mount_point);
  out.text("path", plan.path);
  out.objects_or_none("writes", plan.writes.before_clone, limit);
  out.objects("writesAfterClone", plan.writes.after_clone, limit);
  if (plan.scope) write_scope(out, *plan.scope);
  if (plan.delegate_to) out.unsigned_number("ownedByUid", *plan.delegate_to);
  if (!plan.device_program.empty()) {
    out.unsigned_number("deviceProgramInstructions", plan.device_program.size());
  }
  out.end();
}

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
  if (prepared.cgroup) write_cgroup(out, *prepared.cgroup);
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
