// The report of the probe from inside a container: JSON, read by pointer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/harness/json.h"

namespace oci::conformance {

struct Mounted {
  std::string root, target, options, optional, type, source, super_options;
};

class Facts {
 public:
  explicit Facts(std::string_view text) : document_(parse_json("the probe's report", text)) {}

  // All throw Failed when the report has no such value.
  int64_t number(std::string_view pointer) const;
  std::string text(std::string_view pointer) const;
  std::vector<std::string> words(std::string_view pointer) const;  // numbers, too
  bool has(std::string_view pointer) const { return find(document_, pointer) != nullptr; }

  std::vector<Mounted> mounts() const;           // /proc/self/mountinfo
  Mounted mount(std::string_view target) const;  // the topmost one there
  bool mounted(std::string_view target) const;
  std::string variable(std::string_view name) const;  // of the environment; "(unset)" if absent

 private:
  const json::Value& at(std::string_view pointer) const;

  json::Document document_;
};

// One line of a mountinfo file.
Mounted parse_mountinfo(const std::string& line);

}  // namespace oci::conformance
