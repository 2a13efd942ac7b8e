// Expected deviations: known/NAME.txt, one case and its reason a line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oci::conformance {

// The effective set of this process, from /proc/self/status.
uint64_t effective_capabilities();

class Known {
 public:
  Known() = default;

  struct Entry {
    std::string glob, reason;
    bool sometimes = false;  // a race in the runtime: the case may also pass
  };

  // Parses lines of `case-or-glob: reason` and skips empty lines and comments (#). A reason may
  // begin with "sometimes, ", or with "without CAP_SYS_RESOURCE, ", which applies only if
  // `capabilities` lack it. Throws std::runtime_error for a line without a reason.
  static Known parse(std::string_view text, uint64_t capabilities = effective_capabilities());

  std::optional<Entry> find(const std::string& case_name) const;
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

// Whether `name` matches the shell pattern `glob`; "" matches everything.
bool matches(const std::string& glob, const std::string& name);

}  // namespace oci::conformance
