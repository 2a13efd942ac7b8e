// The checks that validate() runs, one for each part of the document. Each reports all problems.
#pragma once

#include "spec/diagnostics.h"
#include "spec/model/config.h"

namespace oci::spec {

void check_document(const Config& config, Diagnostics& out);    // ociVersion, root, annotations
void check_process(const Config& config, Diagnostics& out);     // process, without ids
void check_scheduling(const Config& config, Diagnostics& out);  // with memoryPolicy
void check_namespaces(const Config& config, Diagnostics& out);  // and properties that need one
void check_ids(const Config& config, Diagnostics& out);         // id mappings, and ids to be mapped
void check_sysctl(const Config& config, Diagnostics& out);
void check_mounts(const Config& config, Diagnostics& out);
void check_destinations(const Config& config, Diagnostics& out);  // the paths of mounts alone
void check_paths(const Config& config, Diagnostics& out);         // masked and read-only ones
void check_devices(const Config& config, Diagnostics& out);
void check_net_devices(const Config& config, Diagnostics& out);
void check_intel_rdt(const Config& config, Diagnostics& out);
void check_resources(const Config& config, Diagnostics& out);
void check_block_io(const Config& config, Diagnostics& out);
void check_seccomp(const Config& config, Diagnostics& out);
void check_hooks(const Config& config, Diagnostics& out);

// The new or joined namespace of `type`; null if the container shares that of the runtime.
const Namespace* find_namespace(const Config& config, NamespaceType type);

}  // namespace oci::spec
