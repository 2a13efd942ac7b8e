#include "runtime/lifecycle/explain.h"

#include <string_view>

#include "runtime/plan/explain.h"
#include "runtime/seccomp/compile.h"
#include "third_party/rapidjson.h"

namespace oci::lifecycle {
namespace {

using Allocator = json::Document::AllocatorType;

json::Value text(std::string_view value, Allocator& allocator) {
  return {value.data(), static_cast<json::Size>(value.size()), allocator};
}

json::Value writes_value(const std::vector<cgroup::Write>& writes, Allocator& allocator) {
  json::Value list(rapidjson::kArrayType);
  for (const cgroup::Write& write : writes) {
    json::Value item(rapidjson::kObjectType);
    item.AddMember("file", text(write.file, allocator), allocator);
    item.AddMember("value", text(write.value, allocator), allocator);
    item.AddMember("property", text(write.property, allocator), allocator);
    list.PushBack(item, allocator);
  }
  return list;
}

json::Value scope_value(const ScopePlan& plan, Allocator& allocator) {
  json::Value value(rapidjson::kObjectType);
  value.AddMember("unit", text(plan.unit.name, allocator), allocator);
  value.AddMember("slice", text(plan.unit.slice, allocator), allocator);
  value.AddMember("bus", text(plan.bus == systemd::Bus::kUser ? "user" : "system", allocator),
                  allocator);
  json::Value properties(rapidjson::kArrayType);
  for (const systemd::Property& property : plan.properties) {
    json::Value item(rapidjson::kObjectType);
    item.AddMember("name", text(property.name, allocator), allocator);
    item.AddMember("type", text(property.signature, allocator), allocator);
    json::Value values(rapidjson::kArrayType);
    for (const std::string& each : property.values)
      values.PushBack(text(each, allocator), allocator);
    item.AddMember("value", values, allocator);
    properties.PushBack(item, allocator);
  }
  value.AddMember("properties", properties, allocator);
  return value;
}

json::Value cgroup_value(const CgroupPlan& plan, Allocator& allocator) {
  json::Value value(rapidjson::kObjectType);
  value.AddMember("mountPoint", text(plan.layout.mount_point, allocator), allocator);
  value.AddMember("path", text(plan.path, allocator), allocator);
  value.AddMember("writes", writes_value(plan.writes.before_clone, allocator), allocator);
  if (!plan.writes.after_clone.empty()) {
    value.AddMember("writesAfterClone", writes_value(plan.writes.after_clone, allocator),
                    allocator);
  }
  if (plan.scope) value.AddMember("systemd", scope_value(*plan.scope, allocator), allocator);
  if (plan.delegate_to) value.AddMember("ownedByUid", *plan.delegate_to, allocator);
  if (!plan.device_program.empty()) {
    value.AddMember("deviceProgramInstructions", static_cast<uint64_t>(plan.device_program.size()),
                    allocator);
  }
  return value;
}

json::Value hooks_value(const spec::Hooks& hooks, Allocator& allocator) {
  json::Value value(rapidjson::kObjectType);
  const struct {
    const char* name;
    const std::vector<spec::Hook>& list;
  } kinds[] = {{"prestart", hooks.prestart},
               {"createRuntime", hooks.create_runtime},
               {"poststart", hooks.poststart},
               {"poststop", hooks.poststop}};
  for (const auto& kind : kinds) {
    if (kind.list.empty()) continue;
    json::Value paths(rapidjson::kArrayType);
    for (const spec::Hook& hook : kind.list)
      paths.PushBack(text(hook.path, allocator), allocator);
    value.AddMember(rapidjson::StringRef(kind.name), paths, allocator);
  }
  return value;
}

}  // namespace

Result<std::string> explain(const Prepared& prepared) {
  json::Document document;
  document.Parse(plan::explain(prepared.plan).c_str());
  Allocator& allocator = document.GetAllocator();
  if (prepared.cgroup) {
    document.AddMember("cgroup", cgroup_value(*prepared.cgroup, allocator), allocator);
  }
  const auto& linux = prepared.config.linux;
  if (linux && linux->seccomp) {
    const seccomp::Program program =
        OCI_TRY(seccomp::compile(*linux->seccomp, seccomp::Warnings::kSkip));
    document.AddMember("seccompFilterInstructions", static_cast<uint64_t>(program.filter.size()),
                       allocator);
  }
  json::Value hooks = hooks_value(prepared.config.hooks, allocator);
  if (!hooks.ObjectEmpty()) document.AddMember("hostHooks", hooks, allocator);

  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(buffer);
  writer.SetIndent(' ', 2);
  document.Accept(writer);
  return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

}  // namespace oci::lifecycle
