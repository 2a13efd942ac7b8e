// Finds all mistakes of a config that depend on this host, in one pass.
//
// `create` checks nothing twice: each step reports its own error, and the first one ends create.
// Only then this pass looks at everything, so that one message lists all mistakes to fix.
#pragma once

#include <string_view>

#include "runtime/lifecycle/prepare.h"
#include "spec/diagnostics.h"
#include "spec/error.h"
#include "spec/model/config.h"

namespace oci::lifecycle {

// Whether the kernel has no AppArmor profile of this name. False where it does not tell.
bool is_profile_missing(std::string_view profile);

// Adds a problem for every directory, bind source, namespace, sysctl, profile, hook, device,
// network device and socket of `config` that is missing. `bundle` is absolute. Changes nothing.
void find_host_problems(const spec::Config& config, std::string_view bundle,
                        spec::Diagnostics& problems);

// Adds the other problems of this host to `failure`, the error of a create: one line each, with its
// place in the document. Returns `failure` unchanged if it names no property, or if there are no
// others.
Error with_host_problems(Error failure, const Prepared& prepared);

}  // namespace oci::lifecycle
