// Reads a file that is mostly a regular one of several KiB, in fewer calls than read_file_at().
#pragma once

#include <cstddef>
#include <string>

#include "spec/error.h"

namespace oci::sys {

// As read_file_at() of file.h.
Result<std::string> read_document_at(int dir, const std::string& path, size_t limit);

}  // namespace oci::sys
