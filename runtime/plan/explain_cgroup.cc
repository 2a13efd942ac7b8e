#include "runtime/plan/explain_cgroup.h"

namespace oci::plan {
namespace {

void write_limit(Writer& out, const cgroup::Write& write) {
  out.text("file", write.file);
  out.text("value", write.value);
  out.text("property", write.property);
}

void write_scope(Writer& out, const ScopePlan& plan) {
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

}  // namespace

void explain(Writer& out, const CgroupPlan& plan) {
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
  out.flag("checkBeforeUpdate", plan.check_before_update);
  out.end();
}

}  // namespace oci::plan
