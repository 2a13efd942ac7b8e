// config.md#process → Process.
#pragma once

#include "spec/model/process.h"

namespace oci::spec {

class Reader;

void parse(Reader& in, Process& out);

}  // namespace oci::spec
