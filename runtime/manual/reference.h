// runtime/docs/reference.md: the command line on one page.
#pragma once

#include <string>

#include "runtime/cli/options.h"

namespace oci::manual {

std::string reference_page(const cli::Syntax& global);

}  // namespace oci::manual
