// The only file that includes libsystemd: talking to systemd over D-Bus.
#pragma once

#include <systemd/sd-bus.h>
