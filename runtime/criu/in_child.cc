#include "runtime/criu/in_child.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/sys/file.h"
#include "runtime/sys/unique_fd.h"

namespace oci::criu {

Result<std::string> in_child(const std::function<Result<std::string>()>& work) {
  constexpr size_t kLongestReport = size_t{1} << 20;
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) return Error::system(errno, "pipe");
  const sys::UniqueFd reader(ends[0]);
  sys::UniqueFd writer(ends[1]);
  const pid_t child = ::fork();
  if (child < 0) return Error::system(errno, "fork");
  if (child == 0) {
    const Result<std::string> done = work();
    const std::string& text = done ? done.value() : done.error().message();
    const Status sent = sys::write_all(writer.get(), text, "report");
    ::_exit(done && sent ? 0 : 1);
  }
  writer.reset();
  const Result<std::string> report = sys::read_all(reader.get(), "report", kLongestReport);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  std::string text = OCI_TRY(report);
  if (status == 0) return text;
  if (text.empty()) text = "a process that prepares the container for CRIU was killed";
  return Error(ErrorKind::kSystem, std::move(text));
}

}  // namespace oci::criu
