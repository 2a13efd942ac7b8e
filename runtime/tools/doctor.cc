// oci-rt doctor
#include <unistd.h>

#include <algorithm>

#include "runtime/cli/json_writer.h"
#include "runtime/cli/output.h"
#include "runtime/cli/people_options.h"
#include "runtime/sys/terminal.h"
#include "runtime/tools/commands.h"
#include "runtime/tools/findings.h"

namespace oci::tools {
namespace {

struct Mark {
  std::string_view text;    // in the table
  std::string_view name;    // in JSON
  std::string_view colour;  // select graphic rendition: console_codes(4)
};

const Mark& mark_of(Health health) {
  static constexpr Mark kMarks[] = {
      {"ok  ", "good", "32"}, {"some", "limited", "33"}, {"NO  ", "bad", "31"}};
  return kMarks[static_cast<size_t>(health)];
}

Result<int> run(const lifecycle::Context& context, const Arguments& arguments) {
  Findings all;
  examine_kernel(all);
  examine_cgroups(context, all);
  examine_modules(all);
  examine_ids(all);
  examine_programs(all);
  examine_engines(all);
  const bool colour = sys::is_terminal(STDOUT_FILENO);
  OCI_TRY(cli::print(arguments.flag("json") ? findings_json(all) : findings_text(all, colour)));
  const auto is_bad = [](const Finding& one) { return one.health == Health::kBad; };
  return std::ranges::any_of(all, is_bad) ? 1 : 0;
}

}  // namespace

std::string findings_text(std::span<const Finding> findings, bool colour) {
  size_t widest = 0;
  for (const Finding& one : findings)
    widest = std::max(widest, one.name.size());
  std::string text;
  std::string_view part;
  for (const Finding& one : findings) {
    if (one.part != part) text += cat(part.empty() ? "" : "\n", one.part, "\n");
    part = one.part;
    const Mark& mark = mark_of(one.health);
    const std::string shown =
        colour ? cat("\033[", mark.colour, "m", mark.text, "\033[0m") : std::string(mark.text);
    text += cat("  ", shown, "  ", one.name, std::string(widest - one.name.size() + 2, ' '),
                one.fact, "\n");
    if (!one.cure.empty()) text += cat(std::string(widest + 10, ' '), "-> ", one.cure, "\n");
  }
  return text;
}

std::string findings_json(std::span<const Finding> findings) {
  cli::JsonWriter out;
  out.begin_array();
  for (const Finding& one : findings) {
    out.begin_object();
    out.text("part", one.part);
    out.text("name", one.name);
    out.text("health", mark_of(one.health).name);
    out.text("fact", one.fact);
    if (!one.cure.empty()) out.text("cure", one.cure);
    out.end_object();
  }
  out.end_array();
  return out.finish();
}

constinit const Command kDoctorCommand{.syntax = cli::kDoctorSyntax, .run = run};

}  // namespace oci::tools
