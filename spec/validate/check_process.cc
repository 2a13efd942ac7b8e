// The container's process: config.md#process. check_ids.cc checks its ids.
#include "spec/parse/names.h"
#include "spec/validate/checks.h"
#include "spec/validate/lexical.h"

namespace oci::spec {
namespace {

void check_program(const Process& process, Diagnostics& out) {
  if (process.args.empty()) {
    out.add("process.args", "expected the program and its arguments, found an empty list",
            Code::kMissing);
  }
  if (!is_absolute(process.cwd)) {
    out.add("process.cwd", cat("expected an absolute path, found ", quoted(process.cwd)),
            Code::kForm);
  }
  // config.md#process gives `env` the semantics of environ. POSIX defines its strings to "have the
  // form name=value", and runc refuses others, too. getenv(3) cannot look up an empty name.
  for (size_t i = 0; i < process.env.size(); ++i) {
    const size_t equals = process.env[i].find('=');
    if (equals == 0 || equals == std::string::npos) {
      // The value may be a secret, and so may an entry without a name: the message shows neither.
      out.add(child_path("process.env", i), "expected NAME=VALUE, found no name or no '='",
              Code::kForm);
    }
  }
}

void check_rlimits(const std::vector<Rlimit>& rlimits, Diagnostics& out) {
  const auto at = [](size_t i, std::string_view key) {
    return child_path(child_path("process.rlimits", i), key);
  };
  for (size_t i = 0; i < rlimits.size(); ++i) {
    if (rlimits[i].soft > rlimits[i].hard) {
      out.add(at(i, "soft"),
              cat("expected at most the hard limit ", rlimits[i].hard, ", found ", rlimits[i].soft),
              Code::kConflict);
    }
  }
  for_each_repeated(
      rlimits.size(), [&rlimits](size_t i) { return rlimits[i].resource; },
      [&](size_t first, size_t again) {
        out.add(at(again, "type"),
                cat("expected each type once, found ",
                    name_of(kRlimitNames, rlimits[again].resource), " as in rlimits[", first, "]"),
                Code::kRepeated);
      });
}

}  // namespace

void check_process(const Config& config, Diagnostics& out) {
  if (!config.process) return;  // runtime.md#create: only `start` needs it
  const Process& process = *config.process;
  check_program(process, out);
  check_rlimits(process.rlimits, out);
  if (process.user.umask.value_or(0) > 0777) {
    out.add("process.user.umask", cat("expected 0 to 511 (octal 777), found ", *process.user.umask),
            Code::kRange);
  }
  const int oom = process.oom_score_adj.value_or(0);
  if (oom < -1000 || oom > 1000) {
    out.add("process.oomScoreAdj", cat("expected -1000 to 1000, found ", oom), Code::kRange);
  }
}

}  // namespace oci::spec
