// Containers as a table for people.
#pragma once

#include <span>
#include <string>

#include "runtime/lifecycle/operations.h"

namespace oci::cli {

// A header and a line for each; columns as runc sets them.
std::string list_table(std::span<const lifecycle::Listed> containers);

}  // namespace oci::cli
