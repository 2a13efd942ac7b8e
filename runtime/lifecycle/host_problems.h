// Mistakes of a config that only a look at this host can tell, all of them at once.
//
// `create` looks at nothing twice: each step refuses by itself, and the first refusal ends it. Only
// then is everything looked at, so that one error tells all that a person has to mend.
#pragma once

#include <string_view>

#include "runtime/lifecycle/prepare.h"
#include "spec/diagnostics.h"
#include "spec/error.h"
#include "spec/model/config.h"

namespace oci::lifecycle {

// Adds every directory, bind source, namespace, sysctl, profile, hook, device, network device and
// socket of `config` that is not there. `bundle` is absolute. Nothing is changed.
void find_host_problems(const spec::Config& config, std::string_view bundle,
                        spec::Diagnostics& problems);

// `failure` of a create, with the other problems of this host: a line for each, with its place in
// the document. `failure` itself where it is not about a property, and where there is
// nothing else.
Error with_host_problems(Error failure, const Prepared& prepared);

}  // namespace oci::lifecycle
