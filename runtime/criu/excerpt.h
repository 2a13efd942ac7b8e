// The part of CRIU's log that explains a failure.
#pragma once

#include <string>
#include <string_view>

namespace oci::criu {

// The first errors of the log as one line, without times and places in CRIU's source. It has no
// phrases that engines take for other failures (spec/error.h). "": the log has no errors.
std::string excerpt(std::string_view log);

}  // namespace oci::criu
