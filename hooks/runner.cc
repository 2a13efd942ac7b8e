#include "hooks/runner.h"

#include <sys/wait.h>

#include <utility>

namespace oci::hooks {
namespace {

// Hook output may hold many lines and any byte. For a one-line message, a newline becomes
// and other control characters become blanks.
std::string one_line(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
    text.remove_suffix(1);
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else {
      out += static_cast<unsigned char>(c) < ' ' || c == '\x7f' ? ' ' : c;
    }
  }
  return out;
}

// Absent: the hook succeeded.
std::optional<std::string> complaint(const Invocation& hook, const Exit& exit) {
  std::string what;
  if (exit.timed_out) {
    what = cat("timed out, killed");
  } else if (WIFSIGNALED(exit.wait_status)) {
    what = cat("killed by signal ", WTERMSIG(exit.wait_status));
  } else if (const int code = WEXITSTATUS(exit.wait_status); code != 0) {
    what = cat("exit status ", code);
  } else {
    return std::nullopt;
  }
  std::string text = cat(hook.path, ": ", what, " after ", exit.elapsed_ms, " ms");
  if (const std::string output = one_line(exit.output); !output.empty()) {
    text += cat(", stderr: ", output);
  }
  return text;
}

Status run_hook(const Invocation& hook, const Launch& launch) {
  const Exit exit = OCI_TRY(launch(hook).during(hook.path));
  if (std::optional<std::string> text = complaint(hook, exit)) {
    return Error(ErrorKind::kHook, *std::move(text));
  }
  return {};
}

}  // namespace

std::string_view kind_name(spec::HookKind kind) {
  // Indexed by HookKind.
  static constexpr std::string_view kNames[] = {
      "prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop",
  };
  return kNames[static_cast<size_t>(kind)];
}

Status run_hooks(const Occasion& occasion, std::span<const spec::Hook> list, const Launch& launch,
                 const Warn& warn) {
  for (size_t i = 0; i < list.size(); ++i) {
    Status ran = run_hook(invocation(list[i], occasion.state_json, occasion.cwd), launch);
    if (ran) continue;
    // The same words as runc: tests and users know them.
    Error error(ErrorKind::kHook,
                std::move(ran)
                    .error()
                    .during(cat("error running ", kind_name(occasion.kind), " hook #", i))
                    .at({cat("hooks.", kind_name(occasion.kind), "[", i, "]")})
                    .message());
    if (occasion.kind != spec::HookKind::kPoststop) return error;
    warn(error.message());  // runtime.md#lifecycle: log it and go on
  }
  return {};
}

}  // namespace oci::hooks
