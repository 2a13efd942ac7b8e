// Network devices of the host and the class of service: config-linux.md#network-devices, #intelrdt.
#include "runtime/plan/draft.h"
#include "runtime/resctrl/schemata.h"

namespace oci::plan {

wire::ResctrlGroup resctrl_group(const spec::IntelRdt& wanted, const std::string& id) {
  wire::ResctrlGroup group;
  group.is_own = !wanted.clos_id || wanted.clos_id->empty();
  group.path = group.is_own ? id : *wanted.clos_id;
  if (group.path == "/") group.path = ".";
  group.schemata = resctrl::schemata_of(wanted);
  if (wanted.enable_monitoring) group.monitor = cat(group.path, "/mon_groups/", id);
  return group;
}

Status plan_host_resources(Draft& draft) {
  for (const spec::NetDevice& device : draft.config.linux->net_devices) {
    const bool keeps_name = !device.name || device.name->empty();
    draft.plan.net_devices.push_back(
        {.host_name = device.host_name, .name = keeps_name ? device.host_name : *device.name});
  }
  if (const auto& wanted = draft.config.linux->intel_rdt)
    draft.plan.resctrl = resctrl_group(*wanted, draft.request.id);
  return {};
}

}  // namespace oci::plan
