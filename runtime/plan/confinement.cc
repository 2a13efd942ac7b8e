// Labels, personality, memory policy and scheduling.
#include "runtime/plan/draft.h"
#include "spec/number_list.h"

namespace oci::plan {
namespace {

bool is_given(const std::optional<std::string>& text) {
  return text && !text->empty();
}

Error off(std::string_view property, std::string_view what, std::string_view hint) {
  return Error(ErrorKind::kUnsupported, Property{std::string(property)},
               cat(what, " is not enabled on this host; ", hint));
}

Status plan_labels(Draft& draft, const spec::Process& process) {
  wire::InitPlan& init = draft.block.init();
  // apparmor(7): the name for no profile. Without AppArmor, nothing needs to be done for it.
  const bool without = process.apparmor_profile == "unconfined" && !draft.host.apparmor;
  if (is_given(process.apparmor_profile) && !without) {
    if (!draft.host.apparmor) {
      return off("process.apparmorProfile", "AppArmor",
                 "boot with apparmor=1, or remove the property");
    }
    init.apparmor_command = draft.block.text(cat("exec ", *process.apparmor_profile));
  }
  if (is_given(process.selinux_label)) {
    if (!draft.host.selinux) {
      return off("process.selinuxLabel", "SELinux", "boot with selinux=1, or remove the property");
    }
    init.selinux_label = draft.block.text(*process.selinux_label);
  }
  return {};
}

void plan_memory_policy(Draft& draft, const spec::MemoryPolicy& policy) {
  wire::InitPlan& init = draft.block.init();
  init.memory_policy = static_cast<int32_t>(static_cast<uint32_t>(policy.mode) | policy.flags);
  // Valid: spec/validate has parsed it already.
  const auto nodes = spec::parse_number_list(policy.nodes, spec::kMostNodes);
  if (nodes) init.memory_nodes = draft.block.list(*nodes);
}

}  // namespace

Status plan_confinement(Draft& draft) {
  const auto& linux = draft.config.linux;
  if (linux->personality) {
    draft.block.init().personality = static_cast<uint32_t>(linux->personality->domain);
  }
  if (linux->memory_policy) plan_memory_policy(draft, *linux->memory_policy);
  if (!draft.config.process) return {};
  const spec::Process& process = *draft.config.process;
  // Applied by the parent: init may lack the privilege in its user namespace.
  draft.plan.scheduler = process.scheduler;
  draft.plan.io_priority = process.io_priority;
  return plan_labels(draft, process);
}

}  // namespace oci::plan
