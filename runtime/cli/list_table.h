// The table of containers for people.
#pragma once

#include <span>
#include <string>

#include "runtime/lifecycle/operations.h"

namespace oci::cli {

// A header, and one line for each container. Same columns as runc.
std::string list_table(std::span<const lifecycle::Listed> containers);

}  // namespace oci::cli
