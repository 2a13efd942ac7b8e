// The checks that validate() runs, one a part of the document. Each reports all that it finds.
#pragma once

#include "spec/diagnostics.h"
#include "spec/model/config.h"

namespace oci::spec {

void check_document(const Config& config, Diagnostics& out);    // ociVersion, root, annotations
void check_process(const Config& config, Diagnostics& out);     // process, but for ids
void check_scheduling(const Config& config, Diagnostics& out);  // and memoryPolicy
void check_namespaces(const Config& config, Diagnostics& out);  // and what needs one of its own
void check_ids(const Config& config, Diagnostics& out);         // mappings, and what they must map
void check_sysctl(const Config& config, Diagnostics& out);
void check_mounts(const Config& config, Diagnostics& out);
void check_destinations(const Config& config, Diagnostics& out);  // of mounts, and nothing else
void check_paths(const Config& config, Diagnostics& out);         // masked and read-only ones
void check_devices(const Config& config, Diagnostics& out);
void check_net_devices(const Config& config, Diagnostics& out);
void check_intel_rdt(const Config& config, Diagnostics& out);
void check_resources(const Config& config, Diagnostics& out);
void check_block_io(const Config& config, Diagnostics& out);
void check_seccomp(const Config& config, Diagnostics& out);
void check_hooks(const Config& config, Diagnostics& out);

// The namespace of `type` that the container gets, new or joined; null: it shares the runtime's.
const Namespace* find_namespace(const Config& config, NamespaceType type);

}  // namespace oci::spec
