// `list --format '{{.ID}} {{.Status}}'`: a line of the caller's own form for each container.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "runtime/lifecycle/operations.h"
#include "spec/error.h"

namespace oci::cli {

// Replaces {{.FIELD}} by the field, and \t and \n by a tab and a newline. FIELD is ID, PID, Status,
// Bundle, Created or Owner, in any letter case. Error: another field, or a part without its end.
Result<std::string> list_by_template(std::string_view format,
                                     std::span<const lifecycle::Listed> containers);

}  // namespace oci::cli
