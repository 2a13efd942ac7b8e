#include "runtime/lifecycle/exec_process.h"

#include <fcntl.h>

#include <algorithm>

#include "runtime/sys/file.h"
#include "spec/load_config.h"

namespace oci::lifecycle {
namespace {

constexpr size_t kProcessLimit = size_t{64} << 20;

Result<std::string> read_process(const std::string& path) {
  Result<std::string> text = sys::read_file_at(AT_FDCWD, path, kProcessLimit);
  if (!text && text.error().sys_errno() == ENOENT) {
    return Error(ErrorKind::kUsage, cat("--process: there is no '", path, "'"));
  }
  return text;
}

void add(const std::string& name, std::vector<std::string>& set) {
  if (std::ranges::find(set, name) == set.end()) set.push_back(name);
}

// A process that joins later gets no inheritable capabilities (CVE-2022-29162). Where the container
// has one as inheritable, a user other than root gets it as ambient: otherwise execve(2) would drop
// it.
void add_capabilities(const std::vector<std::string>& names, spec::Process& process) {
  if (names.empty()) return;
  if (!process.capabilities) process.capabilities.emplace();
  spec::Capabilities& sets = *process.capabilities;
  for (const std::string& name : names) {
    for (auto* set : {&sets.bounding, &sets.effective, &sets.permitted})
      add(name, *set);
    if (std::ranges::find(sets.inheritable, name) != sets.inheritable.end()) {
      add(name, sets.ambient);
    }
  }
}

}  // namespace

void apply_options(const ExecOptions& options, spec::Process& process) {
  process.args = options.args;
  process.env.insert(process.env.end(), options.env.begin(), options.env.end());
  if (!options.cwd.empty()) process.cwd = options.cwd;
  if (options.uid) process.user.uid = *options.uid;
  if (options.gid) process.user.gid = *options.gid;
  auto& groups = process.user.additional_gids;
  groups.insert(groups.end(), options.additional_gids.begin(), options.additional_gids.end());
  add_capabilities(options.capabilities, process);
  // The new process gets a terminal only if --tty asks for it, even if the container's own process
  // has one.
  process.terminal = options.terminal;
  process.console_size.reset();
  if (options.no_new_privileges) process.no_new_privileges = true;
  if (!options.apparmor_profile.empty()) process.apparmor_profile = options.apparmor_profile;
  if (!options.selinux_label.empty()) process.selinux_label = options.selinux_label;
}

Result<spec::Config> exec_config(const state::StateDir& dir, const ExecOptions& options) {
  const std::string text_of_container = OCI_TRY(dir.load_config());
  spec::Config config =
      OCI_TRY(spec::load_config(text_of_container, "the container's config.json"));
  if (!config.linux) config.linux.emplace();
  if (!options.process_file.empty()) {
    const std::string text = OCI_TRY(read_process(options.process_file));
    OCI_TRY(spec::load_process(text, options.process_file, config));
  } else if (!config.process) {
    return Error(ErrorKind::kUsage,
                 "exec: the container's config.json has no process to start from; use --process");
  } else {
    apply_options(options, *config.process);
  }
  return config;
}

}  // namespace oci::lifecycle
