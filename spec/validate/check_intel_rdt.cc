// linux.intelRdt: config-linux.md#intelrdt. Limits of the processor are left to the kernel.
#include <algorithm>

#include "spec/validate/checks.h"

namespace oci::spec {
namespace {

bool has_line_break(std::string_view text) {
  return text.find('\n') != text.npos;
}

void check_clos_id(std::string_view id, Diagnostics& out) {
  constexpr char kPath[] = "linux.intelRdt.closID";
  // Files of resctrl in the same directory as the classes: resctrl.rst.
  constexpr std::string_view kTaken[] = {"info", "mon_groups",    "mon_data", "tasks",
                                         "cpus", "cpus_list",     "schemata", "mode",
                                         "size", "mba_MBps_event"};
  if (id == "/") return;
  if (id == "." || id == ".." || id.find('/') != id.npos || has_line_break(id)) {
    out.add(kPath, cat("expected a name without '/', or \"/\" alone, found ", quoted(id)),
            Code::kForm);
  } else if (std::ranges::find(kTaken, id) != std::end(kTaken)) {
    out.add(kPath, cat("expected a name that resctrl does not use itself, found ", quoted(id)),
            Code::kForm);
  }
}

}  // namespace

void check_intel_rdt(const Config& config, Diagnostics& out) {
  if (!config.linux || !config.linux->intel_rdt) return;
  const IntelRdt& rdt = *config.linux->intel_rdt;
  if (rdt.clos_id) check_clos_id(*rdt.clos_id, out);
  const std::string bandwidth = rdt.mem_bw_schema.value_or("");
  if (!bandwidth.empty() && (!bandwidth.starts_with("MB:") || has_line_break(bandwidth))) {
    out.add("linux.intelRdt.memBwSchema",
            cat("expected one line that begins with MB:, found ", quoted(bandwidth)), Code::kForm);
  }
  for (size_t i = 0; i < rdt.schemata.size(); ++i) {
    if (!has_line_break(rdt.schemata[i])) continue;
    out.add(child_path("linux.intelRdt.schemata", i),
            cat("expected one line, found ", quoted(rdt.schemata[i])), Code::kForm);
  }
}

}  // namespace oci::spec
