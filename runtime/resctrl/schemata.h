// The lines of a `schemata` file, which limit a class of service (resctrl.rst). Pure.
#pragma once

#include <string>
#include <string_view>

#include "spec/error.h"
#include "spec/model/linux.h"

namespace oci::resctrl {

// The schemata of linux.intelRdt, a line each, in the order to write them:
// config-linux.md#intelrdt. Empty: nothing to write.
std::string schemata_of(const spec::IntelRdt& wanted);

// Whether `present`, the text of a schemata file, has every grant in `wanted`. It may have more.
// The error names the line. Masks are compared as numbers: "0f" is "f".
Status compare(std::string_view wanted, std::string_view present);

}  // namespace oci::resctrl
