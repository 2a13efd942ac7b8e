// config-linux.md#seccomp → Seccomp.
#pragma once

#include "spec/model/seccomp.h"

namespace oci::spec {

class Reader;

void parse(Reader& in, Seccomp& out);

}  // namespace oci::spec
