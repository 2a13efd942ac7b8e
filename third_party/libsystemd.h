// The only file that includes libsystemd: sd-bus, to talk to systemd over D-Bus.
#pragma once

#include <systemd/sd-bus.h>
