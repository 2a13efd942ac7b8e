// Work in a process of its own: it joins namespaces that this one cannot leave again.
#pragma once

#include <functional>
#include <string>

#include "spec/error.h"

namespace oci::criu {

// Runs `work` in a child and waits for it. Returns its text, at most 1 MiB, or its error. Error
// also: the child was killed.
Result<std::string> in_child(const std::function<Result<std::string>()>& work);

}  // namespace oci::criu
