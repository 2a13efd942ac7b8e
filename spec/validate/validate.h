// What a config must keep to and its types cannot say: rules between properties, ranges, forms.
//
// Nothing of the host is looked at, so that a config is as valid on one machine as on another.
// Every problem is reported, each at its JSON path. Source: config.md and config-linux.md of
// runtime-spec 1.3, and what the kernel refuses whatever the host.
#pragma once

#include "spec/diagnostics.h"
#include "spec/model/config.h"

namespace oci::spec {

// Adds a problem to `out` for each rule that `config` breaks. A config without problems may still
// ask for something that this host cannot do.
void validate(const Config& config, Diagnostics& out);

// Of another process for a container whose config is valid: what `exec` runs.
void validate_process(const Config& config, Diagnostics& out);

// Of other limits alone: what `update` sets.
void validate_resources(const Config& config, Diagnostics& out);

// Of mounts for a container with a config that is valid otherwise: for `mounts add`.
void validate_mounts(const Config& config, Diagnostics& out);

// Of `destination` alone: for `mounts remove`.
void validate_destinations(const Config& config, Diagnostics& out);

}  // namespace oci::spec
