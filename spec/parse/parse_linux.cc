#include "spec/parse/parse_linux.h"

#include "spec/parse/names.h"
#include "spec/parse/parse_filesystem.h"
#include "spec/parse/parse_resources.h"
#include "spec/parse/parse_seccomp.h"
#include "spec/parse/reader.h"

namespace oci::spec {

void parse(Reader& in, Namespace& out);
void parse(Reader& in, Device& out);
void parse(Reader& in, NetDevice& out);
void parse(Reader& in, TimeOffset& out);
void parse(Reader& in, IntelRdt& out);
void parse(Reader& in, MemoryPolicy& out);
void parse(Reader& in, Personality& out);

void parse(Reader& in, Namespace& out) {
  in.required_enum("type", kNamespaceNames, out.type);
  in.optional("path", out.path);
}

void parse(Reader& in, Device& out) {
  in.required_enum("type", kDeviceTypeNames, out.type);
  in.required("path", out.path);
  in.optional("major", out.major);
  in.optional("minor", out.minor);
  in.optional("fileMode", out.file_mode);
  in.optional("uid", out.uid);
  in.optional("gid", out.gid);
}

void parse(Reader& in, NetDevice& out) {
  in.optional("name", out.name);
}

void parse(Reader& in, TimeOffset& out) {
  in.optional("secs", out.secs);
  in.optional("nanosecs", out.nanosecs);
}

void parse(Reader& in, IntelRdt& out) {
  in.optional("closID", out.clos_id);
  in.optional("schemata", out.schemata);
  in.optional("l3CacheSchema", out.l3_cache_schema);
  in.optional("memBwSchema", out.mem_bw_schema);
  in.optional("enableMonitoring", out.enable_monitoring);
}

void parse(Reader& in, MemoryPolicy& out) {
  in.required_enum("mode", kMemoryPolicyModeNames, out.mode);
  in.optional("nodes", out.nodes);
  in.names("flags", kMemoryPolicyFlagNames, [&](uint32_t flag) { out.flags |= flag; });
}

void parse(Reader& in, Personality& out) {
  in.required_enum("domain", kPersonalityNames, out.domain);
  // config-linux.md#personality defines no flag, and an unsupported value is an error.
  std::vector<std::string> flags;
  in.optional("flags", flags);
  if (!flags.empty())
    in.problem("flags", "expected an empty array, because no flag is defined", Code::kUnknownValue);
}

namespace {

void parse_time_offsets(Reader& in, Linux& out) {
  in.nested("timeOffsets", [&](Reader& clocks) {
    clocks.only({"boottime", "monotonic"});  // an unknown clock would be ignored silently
    clocks.optional("boottime", out.time_offset_boottime);
    clocks.optional("monotonic", out.time_offset_monotonic);
  });
}

void parse_propagation(Reader& in, Linux& out) {
  std::optional<RootfsPropagation> found;
  in.optional_enum("rootfsPropagation", kPropagationNames, found);
  if (!found) return;
  out.rootfs_propagation = found->propagation;
  out.rootfs_propagation_recursive = found->recursive;
}

}  // namespace

void parse(Reader& in, Linux& out) {
  in.optional("namespaces", out.namespaces);
  in.optional("uidMappings", out.uid_mappings);
  in.optional("gidMappings", out.gid_mappings);
  parse_time_offsets(in, out);
  in.optional("devices", out.devices);
  in.keyed("netDevices", out.net_devices, &NetDevice::host_name);
  in.optional("cgroupsPath", out.cgroups_path);
  in.optional("resources", out.resources);
  in.optional("intelRdt", out.intel_rdt);
  in.optional("memoryPolicy", out.memory_policy);
  in.pairs("sysctl", out.sysctl);
  in.optional("seccomp", out.seccomp);
  parse_propagation(in, out);
  in.optional("maskedPaths", out.masked_paths);
  in.optional("readonlyPaths", out.readonly_paths);
  in.optional("mountLabel", out.mount_label);
  in.optional("personality", out.personality);
}

}  // namespace oci::spec
