// Deviations that are expected: known/NAME.txt, a case and the reason a line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oci::conformance {

// The set that this process has, as /proc/self/status tells it.
uint64_t effective_capabilities();

class Known {
 public:
  Known() = default;

  struct Entry {
    std::string glob, reason;
    bool sometimes = false;  // a race in the runtime: it may pass, too
  };

  // Lines are `case-or-glob: reason`; empty ones and those that begin with # say nothing. A reason
  // may begin with "sometimes, ", or with "without CAP_SYS_RESOURCE, ": then it holds where
  // `capabilities` lack that. A line without a reason throws std::runtime_error.
  static Known parse(std::string_view text, uint64_t capabilities = effective_capabilities());

  std::optional<Entry> find(const std::string& case_name) const;
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

// Whether `name` matches the shell pattern `glob`; "" matches everything.
bool matches(const std::string& glob, const std::string& name);

}  // namespace oci::conformance
