#include "runtime/cli/output.h"

#include <unistd.h>

#include "runtime/sys/file.h"

namespace oci::cli {

Status print(std::string_view text) {
  return sys::write_all(STDOUT_FILENO, text, "standard output");
}

}  // namespace oci::cli
