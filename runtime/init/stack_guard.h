// The secret that -fstack-protector puts behind the arrays of a function. libc is not there to make
// it.
#pragma once

namespace oci::init {

// Takes it from the kernel: AT_RANDOM of getauxval(3), behind the arguments and the environment.
void guard_stack(int argc, char** argv);

}  // namespace oci::init
