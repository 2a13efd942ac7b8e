// The part of the driver that talks to systemd: org.freedesktop.systemd1(5), over sd-bus(3).
#pragma once

#include "runtime/systemd/message.h"

namespace oci::systemd {

// Executes `request` within request.patience. Every text is one sentence for a person.
Answer perform(const Request& request);

}  // namespace oci::systemd
