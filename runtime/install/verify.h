// Asks an engine whether it reads what was written.
#pragma once

#include <string>

#include "runtime/install/install.h"
#include "runtime/install/place.h"
#include "runtime/install/wish.h"
#include "spec/error.h"

namespace oci::install {

// A few words on who has read it: "podman reads it". Error: the engine is here and does not take
// it.
Result<std::string> ask_engine(const Request& request, const Place& place, const Wish& wish,
                               const Surroundings& from);

// What `containerd --version` says, or "" where it is not here.
std::string containerd_version(const Surroundings& from);

}  // namespace oci::install
