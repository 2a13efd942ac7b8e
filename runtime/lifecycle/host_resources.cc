#include "runtime/lifecycle/host_resources.h"

#include <fcntl.h>
#include <sched.h>

#include <utility>
#include <vector>

#include "runtime/sys/file.h"

namespace oci::lifecycle {
Status HostResources::make_group(const wire::LaunchPlan& plan, state::Record& record,
                                 const state::StateDir& dir) {
  if (!plan.resctrl) return {};
  const auto remember = [&](const resctrl::Trace& trace) {
    record.rdt_group = trace.group;
    record.rdt_monitor = trace.monitor;
    return dir.save(record);
  };
  resctrl::Tree tree = OCI_TRY(resctrl::open_tree());
  group_.emplace(OCI_TRY(resctrl::Group::create(std::move(tree), *plan.resctrl, remember)));
  return {};
}

Status HostResources::move_devices(pid_t pid, const wire::LaunchPlan& plan, state::Record& record,
                                   const state::StateDir& dir) {
  if (plan.net_devices.empty()) return {};
  const auto remember = [&](const std::vector<network::Trace>& traces) {
    record.netns_path = plan.joined(CLONE_NEWNET);
    for (const network::Trace& trace : traces) {
      record.net_devices.push_back({trace.host_name, trace.host_index, trace.transit_name,
                                    trace.name, trace.returns_to_host});
    }
    return dir.save(record);
  };
  const sys::UniqueFd netns = OCI_TRY(
      sys::open_at(AT_FDCWD, cat("/proc/", pid, "/ns/net"), O_RDONLY).at({"linux.netDevices"}));
  devices_.emplace(OCI_TRY(network::Devices::move(netns.get(), plan.net_devices, remember)));
  return {};
}

Status HostResources::settle(pid_t pid, state::Record& record) {
  // config-linux.md#network-devices: once the container exists, the runtime no longer manages them.
  record.net_devices.clear();
  record.netns_path.clear();
  if (!group_) return {};
  OCI_TRY(group_->add(pid));
  const resctrl::Trace trace = group_->own();
  record.rdt_group = trace.group;
  record.rdt_monitor = trace.monitor;
  return {};
}

void HostResources::keep() {
  if (devices_) devices_->keep();
  if (group_) group_->keep();
}

Status remove_host_resources(const state::Record& record) {
  if (!record.net_devices.empty()) {
    std::vector<network::Trace> traces;
    for (const state::NetDevice& device : record.net_devices) {
      traces.push_back({device.host_name, device.host_index, device.transit_name, device.name,
                        device.returns_to_host});
    }
    sys::UniqueFd netns;
    if (!record.netns_path.empty()) {
      Result<sys::UniqueFd> opened = sys::open_at(AT_FDCWD, record.netns_path, O_RDONLY);
      if (opened) netns = std::move(opened).value();
    }
    OCI_TRY(network::return_to_host(netns.get(), traces));
  }
  if (record.rdt_group.empty() && record.rdt_monitor.empty()) return {};
  const Result<resctrl::Tree> tree = resctrl::open_tree();
  if (!tree) return {};  // unmounted since, so all groups are gone
  return resctrl::remove(tree.value(), {record.rdt_group, record.rdt_monitor});
}

}  // namespace oci::lifecycle
