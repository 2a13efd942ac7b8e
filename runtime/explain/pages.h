// The page of each code: its meaning, the cure, an example. `oci-rt explain CODE` prints it.
#pragma once

#include <string>
#include <string_view>

#include "spec/code.h"

namespace oci::explain {

struct Page {
  Code code;
  std::string_view title;
  std::string_view meaning;
  std::string_view cure;
  std::string_view example;  // a wrong and a right line, or a command
  std::string_view peers;    // the behaviour of runc and crun. "": as oci-rt, or not comparable
};

const Page& page_of(Code code);

std::string page_text(const Page& page);

}  // namespace oci::explain
