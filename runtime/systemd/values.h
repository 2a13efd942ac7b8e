// Appends properties to a message: sd_bus_message_append(3). For oci-rt-systemd only.
#pragma once

#include <vector>

#include "runtime/systemd/property.h"
#include "spec/error.h"
#include "third_party/libsystemd.h"

namespace oci::systemd {

// As "a(sv)".
Status append_properties(sd_bus_message* message, const std::vector<Property>& properties);

}  // namespace oci::systemd
