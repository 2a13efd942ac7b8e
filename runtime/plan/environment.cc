#include "runtime/plan/environment.h"

#include <sys/resource.h>

#include <algorithm>

#include "runtime/plan/draft.h"
#include "runtime/plan/paths.h"

namespace oci::plan {
namespace {

constexpr size_t kMaxString =
    size_t{32} * 4096;  // MAX_ARG_STRLEN of <linux/binfmts.h>, with its NUL

std::string_view name_of(std::string_view entry) {
  return entry.substr(0, entry.find('='));
}

// The entry of the last `name`. `env` has it once.
const std::string_view* find_variable(std::span<const std::string_view> env,
                                      std::string_view name) {
  const auto found = std::ranges::find_if(env, [name](std::string_view entry) {
    return entry.size() > name.size() && name_of(entry) == name;
  });
  return found != env.end() ? &*found : nullptr;
}

// Refused here, because a created container that can never start is useless.
template <class Strings>
Status check_strings(std::string_view property, const Strings& strings, uint64_t& total) {
  for (size_t i = 0; i < strings.size(); ++i) {
    if (strings[i].size() >= kMaxString) {
      return invalid(cat(property, "[", i, "]"),
                     cat("has ", strings[i].size(), " bytes, and the kernel takes at most ",
                         kMaxString - 1, " in one string"));
    }
    total += strings[i].size() + 1 + sizeof(char*);
  }
  return {};
}

Status check_size(const Draft& draft) {
  const spec::Process& process = *draft.config.process;
  uint64_t total = 0;
  OCI_TRY(check_strings("process.args", process.args, total));
  OCI_TRY(check_strings("process.env", process.env, total));
  uint64_t stack = draft.host.stack_limit;
  for (const spec::Rlimit& limit : process.rlimits) {
    if (limit.resource == RLIMIT_STACK) stack = limit.soft;
  }
  if (total > exec_limit(stack)) {
    return invalid("process.args",
                   cat("takes ", total, " bytes together with process.env, and the kernel takes ",
                       exec_limit(stack), "; RLIMIT_STACK decides it"));
  }
  return {};
}

std::vector<std::string_view> given_environment(const Draft& draft, const std::string& listen_fds,
                                                const std::string& listen_names) {
  const auto& env = draft.config.process->env;
  std::vector<std::string_view> given(env.begin(), env.end());
  if (!listen_fds.empty()) {
    given.push_back(listen_fds);
    given.push_back("LISTEN_PID=1");  // sd_listen_fds(3) compares it with the program's own pid
    if (!listen_names.empty()) given.push_back(listen_names);
  }
  return unique_environment(given);
}

}  // namespace

std::vector<std::string_view> unique_environment(std::span<const std::string_view> env) {
  struct Entry {
    std::string_view name;
    size_t i;
  };
  std::vector<Entry> entries(env.size());
  for (size_t i = 0; i < env.size(); ++i)
    entries[i] = {name_of(env[i]), i};
  std::ranges::sort(entries, [](const Entry& a, const Entry& b) {
    const int order = a.name.compare(b.name);
    return order != 0 ? order < 0 : a.i < b.i;
  });
  std::vector<bool> last(env.size());
  for (size_t k = 0; k < entries.size(); ++k) {
    last[entries[k].i] = k + 1 == entries.size() || entries[k + 1].name != entries[k].name;
  }
  std::vector<std::string_view> out;
  out.reserve(env.size() + 2);
  for (size_t i = 0; i < env.size(); ++i) {
    if (last[i]) out.push_back(env[i]);
  }
  return out;
}

std::vector<std::string> program_candidates(std::string_view program, const std::string_view* path,
                                            std::string_view cwd) {
  std::vector<std::string> candidates;
  if (program.find('/') != program.npos) {
    candidates.push_back(in_directory(cwd, "", program));
    return candidates;
  }
  // config.md: args has the semantics of execvp(3), and this is its default path.
  std::string_view rest = path != nullptr ? *path : "/bin:/usr/bin";
  for (;;) {
    const size_t colon = rest.find(':');
    // "" is the working directory, "a legacy feature" of POSIX in execvp(3).
    candidates.push_back(in_directory(cwd, rest.substr(0, colon), program));
    if (colon == rest.npos) return candidates;
    rest.remove_prefix(colon + 1);
  }
}

namespace {

// bprm_stack_limits() of fs/exec.c: three quarters of _STK_LIM, ARG_MAX.
constexpr uint64_t kMost = 6u << 20;
constexpr uint64_t kLeast = 128u << 10;

}  // namespace

bool needs_stack_limit(const spec::Process& process) {
  uint64_t total = 0;
  for (const auto* strings : {&process.args, &process.env})
    for (const std::string& string : *strings)
      total += string.size() + 1 + sizeof(char*);
  return total > kLeast;
}

uint64_t exec_limit(uint64_t stack_limit) {
  return std::clamp(stack_limit / 4, kLeast, kMost);
}

Status plan_environment(Draft& draft) {
  if (!draft.config.process) return {};  // legal until `start`: runtime.md#lifecycle
  OCI_TRY(check_size(draft));
  const spec::Process& process = *draft.config.process;
  // execvp(3): no file has this name. Engines recognize an image without a command by this message.
  if (!process.args.empty() && process.args[0].empty()) {
    return Error(ErrorKind::kProgram, "exec: \"\": executable file not found in $PATH");
  }
  const auto& listen = draft.request.listen_fds;
  const std::string listen_fds = listen ? cat("LISTEN_FDS=", *listen) : "";
  const std::string& names = draft.request.listen_names;
  const std::string listen_names = names.empty() ? "" : cat("LISTEN_FDNAMES=", names);
  std::vector<std::string_view> env = given_environment(draft, listen_fds, listen_names);

  wire::InitPlan& init = draft.block.init();
  init.preserved = draft.block.list(draft.request.preserved);
  const std::string cwd = clean_in_root(process.cwd);
  init.cwd = draft.block.text(cwd);
  const std::vector<std::string_view> args(process.args.begin(), process.args.end());
  init.args = draft.block.vector(args, 0);

  constexpr std::string_view kPath = "PATH=";
  std::string_view path;
  const std::string_view* const found = find_variable(env, "PATH");
  if (found != nullptr) path = found->substr(kPath.size());
  std::vector<wire::Text> candidates;
  if (!process.args.empty()) {
    for (const std::string& candidate :
         program_candidates(process.args[0], found != nullptr ? &path : nullptr, cwd)) {
      candidates.push_back(draft.block.text(candidate));
    }
  }
  init.candidates = draft.block.list(candidates);

  std::erase(env, "HOME=");
  init.find_home = find_variable(env, "HOME") == nullptr;
  init.env = draft.block.vector(env, 2);  // init may add HOME
  return {};
}

}  // namespace oci::plan
