#include "spec/parse/parse_resources.h"

#include "spec/parse/names.h"
#include "spec/parse/reader.h"

namespace oci::spec {

void parse(Reader& in, DeviceRule& out);
void parse(Reader& in, MemoryResources& out);
void parse(Reader& in, CpuResources& out);
void parse(Reader& in, PidsResources& out);
void parse(Reader& in, WeightDevice& out);
void parse(Reader& in, ThrottleDevice& out);
void parse(Reader& in, BlockIoResources& out);
void parse(Reader& in, HugepageLimit& out);
void parse(Reader& in, NetworkPriority& out);
void parse(Reader& in, NetworkResources& out);
void parse(Reader& in, RdmaLimit& out);

void parse(Reader& in, DeviceRule& out) {
  in.required("allow", out.allow);
  in.optional_enum("type", kDeviceRuleTypeNames, out.type);
  in.optional("major", out.major);
  in.optional("minor", out.minor);
  in.optional("access", out.access);
}

void parse(Reader& in, MemoryResources& out) {
  in.optional("limit", out.limit);
  in.optional("reservation", out.reservation);
  in.optional("swap", out.swap);
  in.optional("kernel", out.kernel);
  in.optional("kernelTCP", out.kernel_tcp);
  in.optional("swappiness", out.swappiness);
  in.optional("disableOOMKiller", out.disable_oom_killer);
  in.optional("useHierarchy", out.use_hierarchy);
  in.optional("checkBeforeUpdate", out.check_before_update);
}

void parse(Reader& in, CpuResources& out) {
  in.optional("shares", out.shares);
  in.optional("quota", out.quota);
  in.optional("period", out.period);
  in.optional("burst", out.burst);
  in.optional("realtimeRuntime", out.realtime_runtime);
  in.optional("realtimePeriod", out.realtime_period);
  in.optional("cpus", out.cpus);
  in.optional("mems", out.mems);
  in.optional("idle", out.idle);
}

// The schema requires `limit`, the prose does not: config-linux.md#pids.
void parse(Reader& in, PidsResources& out) {
  in.optional("limit", out.limit);
}

void parse(Reader& in, WeightDevice& out) {
  in.required("major", out.major);
  in.required("minor", out.minor);
  in.optional("weight", out.weight);
  in.optional("leafWeight", out.leaf_weight);
}

void parse(Reader& in, ThrottleDevice& out) {
  in.required("major", out.major);
  in.required("minor", out.minor);
  in.required("rate", out.rate);
}

void parse(Reader& in, BlockIoResources& out) {
  in.optional("weight", out.weight);
  in.optional("leafWeight", out.leaf_weight);
  in.optional("weightDevice", out.weight_device);
  in.optional("throttleReadBpsDevice", out.throttle_read_bps_device);
  in.optional("throttleWriteBpsDevice", out.throttle_write_bps_device);
  in.optional("throttleReadIOPSDevice", out.throttle_read_iops_device);
  in.optional("throttleWriteIOPSDevice", out.throttle_write_iops_device);
}

void parse(Reader& in, HugepageLimit& out) {
  in.required("pageSize", out.page_size);
  in.required("limit", out.limit);
}

void parse(Reader& in, NetworkPriority& out) {
  in.required("name", out.name);
  in.required("priority", out.priority);
}

void parse(Reader& in, NetworkResources& out) {
  in.optional("classID", out.class_id);
  in.optional("priorities", out.priorities);
}

void parse(Reader& in, RdmaLimit& out) {
  in.optional("hcaHandles", out.hca_handles);
  in.optional("hcaObjects", out.hca_objects);
}

void parse(Reader& in, Resources& out) {
  in.optional("devices", out.devices);
  in.optional("memory", out.memory);
  in.optional("cpu", out.cpu);
  in.optional("pids", out.pids);
  in.optional("blockIO", out.block_io);
  in.optional("hugepageLimits", out.hugepage_limits);
  in.optional("network", out.network);
  in.keyed("rdma", out.rdma, &RdmaLimit::device);
  in.pairs("unified", out.unified);
}

}  // namespace oci::spec
