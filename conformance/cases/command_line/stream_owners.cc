// Ownership of the caller's streams while a program of another user uses them.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

// config.md#user: the user inside must not become the owner of the caller's file.
void files_stay(Sandbox& sandbox) {
  const std::string input = sandbox.path("input");
  write_file(input, "what is read\n");
  Bundle bundle = sandbox.bundle();
  bundle.set("/process/user/uid", 1000).set("/process/user/gid", 1000).shell("cat").write();
  Spawn spawn = sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()});
  const int fd = ::open(input.c_str(), O_RDONLY | O_CLOEXEC);
  spawn.fds = {{fd, 0}};
  Command running(spawn, sandbox.directory());
  const Outcome ran = running.wait();
  ::close(fd);
  expect_equal("exit code", ran.exit_code, 0);
  expect_equal("output", ran.out, "what is read\n");
  for (const std::string& file : {input, running.out_file()}) {
    struct stat info = {};
    expect(::stat(file.c_str(), &info) == 0, "there is no " + file);
    expect_equal("owner of the caller's file", static_cast<int>(info.st_uid), 0);
  }
}
const Case kFiles("streams/the-callers-files-stay-the-callers", "threats 2 (T3)", files_stay);

// Engines pass pipes, and an unprivileged program may reopen /dev/stdout.
void pipes_are_given(Sandbox& sandbox) {
  int ends[2];
  expect(::pipe2(ends, O_CLOEXEC) == 0, "pipe2");
  Bundle bundle = sandbox.bundle();
  bundle.set("/process/user/uid", 1000).set("/process/user/gid", 1000);
  bundle.shell("echo anew > /proc/self/fd/1").write();
  Spawn spawn = sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()});
  spawn.fds = {{ends[1], 1}};
  const int code = sandbox.call(spawn).exit_code;
  ::close(ends[1]);
  char text[16] = {};
  const ssize_t got = ::read(ends[0], text, sizeof text);
  ::close(ends[0]);
  expect_equal("exit code", code, 0);
  expect_equal("output", std::string(text, static_cast<size_t>(got < 0 ? 0 : got)), "anew\n");
}
const Case kPipes("streams/a-pipe-is-the-programs-to-open-anew", "cli-contract 6", pipes_are_given);

}  // namespace
}  // namespace oci::conformance
