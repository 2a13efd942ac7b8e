#include "runtime/lifecycle/seccomp_agent.h"

#include <sys/stat.h>

#include <cerrno>

#include "runtime/lifecycle/container_state.h"
#include "runtime/sys/socket.h"
#include "spec/write/write_state.h"

namespace oci::lifecycle {

Status check_agent(const std::string& path) {
  struct stat facts = {};
  const int rc = ::stat(path.c_str(), &facts);
  if (rc == 0 && S_ISSOCK(facts.st_mode)) return {};
  if (rc == 0 || errno == ENOENT || errno == ENOTDIR) {
    return Error(ErrorKind::kInvalidConfig, Property{"linux.seccomp.listenerPath"},
                 cat("there is no socket '", path, "'; start the seccomp agent first"));
  }
  return Error::system(errno, Property{"linux.seccomp.listenerPath"}, cat("'", path, "'"));
}

Result<sys::UniqueFd> connect_agent(const state::Record& record) {
  return sys::connect_unix(record.listener_path, "linux.seccomp.listenerPath: seccomp agent");
}

Status send_listener(int socket, const state::Record& record, spec::ContainerStatus status,
                     const Listener& listener) {
  const std::string text = spec::container_process_state(state_of(record, status), listener.pid,
                                                         record.listener_metadata);
  return sys::send_fd(socket, listener.fd, text)
      .during("seccomp agent")
      .at({"linux.seccomp.listenerPath"});
}

}  // namespace oci::lifecycle
