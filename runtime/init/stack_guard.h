// The secret value that -fstack-protector puts behind the arrays of a function. There is no libc to
// create it.
#pragma once

namespace oci::init {

// Reads it from the kernel: AT_RANDOM of getauxval(3), behind the arguments and the environment.
void guard_stack(int argc, char** argv);

}  // namespace oci::init
