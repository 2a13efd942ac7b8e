// config.md#posix-platform-hooks → Hooks.
#pragma once

#include "spec/model/hooks.h"

namespace oci::spec {

class Reader;

void parse(Reader& in, Hooks& out);

}  // namespace oci::spec
