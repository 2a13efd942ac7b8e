// config-linux.md#control-groups → Resources.
#pragma once

#include "spec/model/resources.h"

namespace oci::spec {

class Reader;

void parse(Reader& in, Resources& out);

}  // namespace oci::spec
