// Deviations that are expected: known/NAME.txt, a case and the reason a line.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oci::conformance {

class Known {
 public:
  Known() = default;

  struct Entry {
    std::string glob, reason;
    bool sometimes = false;  // a race in the runtime: it may pass, too
  };

  // Lines are `case-or-glob: reason`; empty ones and those that begin with # say nothing. A reason
  // may begin with "sometimes, ". A line without a reason throws std::runtime_error.
  static Known parse(std::string_view text);

  std::optional<Entry> find(const std::string& case_name) const;
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

// Whether `name` matches the shell pattern `glob`; "" matches everything.
bool matches(const std::string& glob, const std::string& name);

}  // namespace oci::conformance
