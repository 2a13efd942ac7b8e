// The actions of `create` as JSON, for people and golden tests.
#pragma once

#include <string>

#include "runtime/lifecycle/prepare.h"
#include "spec/error.h"

namespace oci::lifecycle {

Result<std::string> explain(const Prepared& prepared);

}  // namespace oci::lifecycle
