// What a class of service is allowed: the lines of a `schemata` file (resctrl.rst). Pure.
#pragma once

#include <string>
#include <string_view>

#include "spec/error.h"
#include "spec/model/linux.h"

namespace oci::resctrl {

// What linux.intelRdt asks for, a line each, in the order in which it is to be written:
// config-linux.md#intelrdt. Empty: nothing is to be written.
std::string schemata_of(const spec::IntelRdt& wanted);

// Whether `present`, the text of a schemata file, grants what `wanted` says; it may say more. The
// error names the line. Masks are compared as numbers: "0f" is "f".
Status compare(std::string_view wanted, std::string_view present);

}  // namespace oci::resctrl
