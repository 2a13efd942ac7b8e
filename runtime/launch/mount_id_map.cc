// Makes the user namespaces for the id maps of mounts: mount_setattr(2), MOUNT_ATTR_IDMAP.
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <cerrno>

#include "runtime/launch/id_maps.h"
#include "runtime/sys/file.h"
#include "runtime/wire/syscall.h"

namespace oci::launch {
namespace {

// Making a namespace needs a process, but a descriptor keeps it alive. The process only sleeps
// until it is killed or its parent dies.
class Holder {
 public:
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;
  Holder() {
    clone_args args = {};
    args.flags = CLONE_NEWUSER;
    args.exit_signal = SIGCHLD;
    const long parent = wire::sys(__NR_getpid);
    pid_ = wire::sys(__NR_clone3, &args, sizeof args);
    if (pid_ == 0) sleep_for_ever(parent);
  }
  ~Holder() {
    if (pid_ <= 0) return;
    ::kill(pid(), SIGKILL);
    while (::waitpid(pid(), nullptr, 0) < 0 && errno == EINTR) {
    }
  }

  pid_t pid() const { return static_cast<pid_t>(pid_); }
  int error() const { return pid_ < 0 ? static_cast<int>(-pid_) : 0; }

 private:
  [[noreturn]] static void sleep_for_ever(long parent) {
    wire::sys(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (wire::sys(__NR_getppid) != parent) wire::sys(__NR_exit_group, 1);
    for (;;)
      wire::sys(__NR_ppoll, nullptr, 0, nullptr, nullptr, 0);
  }

  long pid_;
};

}  // namespace

Result<sys::UniqueFd> make_id_map(const IdMaps& maps, uint16_t index) {
  const std::string owner = cat("mounts[", index, "]");
  const Holder holder;
  if (holder.error() != 0) {
    return Error::system(holder.error(), Property{cat(owner, ".options")},
                         "make a user namespace to map ids");
  }
  IdMaps named = maps;
  named.owner = owner;
  OCI_TRY(write_id_maps(holder.pid(), named));
  return sys::open_at(AT_FDCWD, cat("/proc/", holder.pid(), "/ns/user"), O_RDONLY);
}

}  // namespace oci::launch
