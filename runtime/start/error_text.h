// The text of an errno.
#pragma once

namespace oci::start {

// As strerror(3) in the C locale. "Unknown error N" is valid until the next call.
const char* error_text(int number);

}  // namespace oci::start
