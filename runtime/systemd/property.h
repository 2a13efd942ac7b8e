// A unit property as sent over D-Bus: org.freedesktop.systemd1(5).
#pragma once

#include <string>
#include <vector>

namespace oci::systemd {

struct Property {
  std::string name;       // "MemoryMax"
  std::string signature;  // of the value: a basic type such as "t", or an array of one, "as"
  std::vector<std::string> values;  // as text: one, or one for each element

  friend bool operator==(const Property&, const Property&) = default;
};

}  // namespace oci::systemd
