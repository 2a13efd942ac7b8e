// The only file that includes libseccomp: names, architectures, and the oracle of our emitter.
#pragma once

#include <seccomp.h>
