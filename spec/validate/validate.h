// Rules that types cannot express: between properties, ranges, forms.
//
// These checks do not look at the host, so a config is as valid on one machine as on another. Every
// problem is reported at its JSON path. Source: config.md and config-linux.md of runtime-spec 1.3,
// and limits that are the same in every kernel.
#pragma once

#include "spec/diagnostics.h"
#include "spec/model/config.h"

namespace oci::spec {

// Adds a problem to `out` for each rule that `config` breaks. A valid config may still need a
// feature that this host lacks.
void validate(const Config& config, Diagnostics& out);

// Validates a new process in a valid config, for `exec`.
void validate_process(const Config& config, Diagnostics& out);

// Validates new limits alone, for `update`.
void validate_resources(const Config& config, Diagnostics& out);

// Validates limits that no document has as they are: those of a command line, and those that
// `update` has completed from the cgroup. The error is the first problem.
Status validate_completed(const Resources& resources);

// Validates new mounts in a valid config, for `mounts add`.
void validate_mounts(const Config& config, Diagnostics& out);

// Validates `destination` alone, for `mounts remove`.
void validate_destinations(const Config& config, Diagnostics& out);

}  // namespace oci::spec
