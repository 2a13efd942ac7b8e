// The `linux` section of config.json → Linux.
#pragma once

#include "spec/model/linux.h"

namespace oci::spec {

class Reader;

void parse(Reader& in, Linux& out);

}  // namespace oci::spec
