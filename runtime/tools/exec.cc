// oci-rt exec --user NAME: finds the numbers in the container, and oci-rt executes the program.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/cli/exec_options.h"
#include "runtime/lifecycle/container.h"
#include "runtime/sys/pidfd.h"
#include "runtime/tools/commands.h"
#include "runtime/tools/runtime.h"
#include "runtime/tools/users.h"

namespace oci::tools {
namespace {

// The root directory of the container's init.
Result<sys::UniqueFd> open_root(const lifecycle::Context& context, const std::string& id) {
  const lifecycle::Container container =
      OCI_TRY(lifecycle::open_container(context, id, state::Lock::kNone));
  const state::Record& record = container.record;
  const std::optional<sys::Pidfd> init = OCI_TRY(sys::Pidfd::open(record.pid, record.start_time));
  if (!init || container.status == spec::ContainerStatus::kStopped) {
    return Error(ErrorKind::kWrongState,
                 "cannot exec a container that has stopped");  // as exec itself says it
  }
  sys::UniqueFd root(
      ::open(cat("/proc/", record.pid, "/root").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root && errno == EACCES) {
    return Error(ErrorKind::kUnsupported,
                 "option --user: names cannot be read before the container has started; give "
                 "numbers, or start it");
  }
  // The pid may be another process by now.
  if (!root || !OCI_TRY(init->send(0))) {
    return Error(ErrorKind::kWrongState, "cannot exec a container that has stopped");
  }
  return root;
}

Result<int> run(const lifecycle::Context& context, const Arguments& arguments) {
  const std::string id(arguments.operands.front());
  const sys::UniqueFd root = OCI_TRY(open_root(context, id));
  const UserFiles files = OCI_TRY(read_user_files(root.get()));
  const UserIds ids = OCI_TRY(find_user(files, "user", arguments.value("user")));
  std::vector<std::string> words = {"exec", cat("--user=", ids.uid, ":", ids.gid)};
  for (const uint32_t gid : ids.groups)
    words.push_back(cat("--additional-gids=", gid));
  for (const auto& [name, value] : arguments.options) {
    if (name != "user") words.push_back(cat("--", name, "=", value));
  }
  words.insert(words.end(), arguments.operands.begin(), arguments.operands.end());
  return become_runtime(words);
}

}  // namespace

constinit const Command kExecCommand{
    .syntax = cli::kExecSyntax, .run = run, .failure_code = cli::kExecFailed};

}  // namespace oci::tools
