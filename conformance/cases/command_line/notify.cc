// NOTIFY_SOCKET: messages of a container to its service manager (sd_notify(3), cli-contract 6).
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

// Acts like systemd: reads each message, and closes the descriptor of a barrier.
class Manager {
 public:
  // "@name" is in the abstract namespace.
  explicit Manager(std::string address) : address_(std::move(address)) {
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    expect(address_.size() < sizeof name.sun_path, "the manager's path is too long");
    std::memcpy(name.sun_path, address_.c_str(), address_.size() + 1);
    if (address_[0] == '@') name.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
    if (::bind(socket_, reinterpret_cast<const sockaddr*>(&name), size) != 0) {
      throw Failed("the manager cannot listen");
    }
    thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
  }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;
  ~Manager() {
    thread_.request_stop();
    thread_.join();
    ::close(socket_);
    if (address_[0] != '@') ::unlink(address_.c_str());
  }

  std::string variable() const { return "NOTIFY_SOCKET=" + address_; }
  // The lines of all messages so far, in order.
  std::string heard() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return heard_;
  }
  int barriers() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return barriers_;
  }
  // True if all descriptors received were pipes.
  bool all_pipes() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return all_pipes_;
  }
  bool hears(const std::string& line) {
    return eventually(
        [&] { return ("\n" + heard()).find("\n" + line + "\n") != std::string::npos; });
  }

 private:
  void serve(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      pollfd polled = {socket_, POLLIN, 0};
      if (::poll(&polled, 1, 50) > 0) read_one();
    }
  }
  void read_one() {
    char text[4096];
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
    iovec part{text, sizeof text};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t got = ::recvmsg(socket_, &message, MSG_CMSG_CLOEXEC);
    if (got < 0) return;
    const std::string said(text, static_cast<size_t>(got));
    const std::lock_guard<std::mutex> lock(mutex_);
    if (const cmsghdr* header = CMSG_FIRSTHDR(&message)) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
      all_pipes_ = all_pipes_ && ::fcntl(fd, F_GETPIPE_SZ) > 0;
      ::close(fd);
      if (said == "BARRIER=1") ++barriers_;
      return;
    }
    for (const std::string& line : lines(said))
      heard_ += line + "\n";
  }

  std::string address_;
  int socket_ = -1;
  std::mutex mutex_;
  std::string heard_;
  int barriers_ = 0;
  bool all_pipes_ = true;
  std::jthread thread_;
};

Outcome call_with(Sandbox& sandbox, const std::string& variable, const Words& words) {
  Spawn spawn = sandbox.invocation(words);
  spawn.env = {variable};
  return sandbox.call(spawn);
}

std::string notify(const std::string& words) {
  return "/bin/probe notify " + words + "; ";
}

void ready_in_run(Sandbox& sandbox) {
  Manager manager(sandbox.path("manager"));
  Bundle bundle = sandbox.bundle();
  bundle.shell(notify("READY=1") + "exec sleep 20").write();
  Spawn spawn = sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()});
  spawn.env = {manager.variable()};
  Command running(spawn, sandbox.directory());
  expect(manager.hears("READY=1"), "the manager does not hear READY=1, but " + manager.heard());
  expect(running.running(), "run has ended");
  sandbox.call({"kill", sandbox.id(), "KILL"});
  expect_equal("exit code", running.wait().exit_code, 137);
}
const Case kRun("notify/run-tells-that-the-program-is-ready", "cli-contract 6", ready_in_run);

void all_is_passed(Sandbox& sandbox) {
  Manager manager(sandbox.path("manager"));
  Bundle bundle = sandbox.bundle();
  bundle
      .shell(notify("STATUS=loading WATCHDOG=1 FDSTORE=1 MAINPID=1 NOTIFYACCESS=all barrier "
                    "READY=1 STOPPING=1 barrier"))
      .write();
  const Outcome ran =
      call_with(sandbox, manager.variable(), {"run", "--bundle", bundle.directory(), sandbox.id()});
  expect_equal("messages to the program", ran.out, "0 ok\n");
  expect_equal("exit code", ran.exit_code, 0);
  expect_equal("messages to the manager", manager.heard(),
               "STATUS=loading\nWATCHDOG=1\nREADY=1\nSTOPPING=1\n");
  expect_equal("barriers", manager.barriers(), 2);
}
const Case kAll("notify/run-passes-on-what-a-service-may-tell-and-barriers", "sd_notify(3)",
                all_is_passed);

// The system's manager is pid 1, and closing some descriptors may take hours.
void no_descriptor_is_passed(Sandbox& sandbox) {
  Manager manager(sandbox.path("manager"));
  Bundle bundle = sandbox.bundle();
  bundle.shell(notify("STATUS=begins socket barrier READY=1")).write();
  const Outcome ran =
      call_with(sandbox, manager.variable(), {"run", "--bundle", bundle.directory(), sandbox.id()});
  expect_equal("messages to the program", ran.out, "0 ok\n");
  expect_equal("exit code", ran.exit_code, 0);
  expect_equal("messages to the manager", manager.heard(), "STATUS=begins\nREADY=1\n");
  expect_equal("barriers", manager.barriers(), 2);
  expect(manager.all_pipes(), "the manager got a descriptor of the container's");
}
const Case kDescriptor("notify/the-manager-gets-no-descriptor-of-the-containers", "threats 2",
                       no_descriptor_is_passed);

// READY=1, and the container's init as the main process: its pid in the caller's view.
void expect_announced(Sandbox& sandbox, Manager& manager) {
  const json::Document state = sandbox.state();
  const std::string pid = to_text(*find(state, "/pid"));
  expect_contains("messages to the manager", manager.heard(), "READY=1\n");
  expect_contains("messages to the manager", manager.heard(), "MAINPID=" + pid + "\n");
}

void detached(Sandbox& sandbox) {
  Manager manager(sandbox.path("manager"));
  Bundle bundle = sandbox.bundle();
  bundle.shell("sleep 0.3; " + notify("READY=1") + "exec sleep 30").write();
  const Outcome ran = call_with(sandbox, manager.variable(),
                                {"run", "--detach", "--bundle", bundle.directory(), sandbox.id()});
  expect_equal("exit code", ran.exit_code, 0);
  expect_announced(sandbox, manager);
  expect_equal("barriers", manager.barriers(), 1);
  expect_equal("delete", sandbox.call({"delete", "--force", sandbox.id()}).exit_code, 0);
}
const Case kDetached("notify/detached-run-waits-and-names-the-main-process", "cli-contract 6",
                     detached);

void started(Sandbox& sandbox) {
  Manager manager(sandbox.path("manager"));
  Bundle bundle = sandbox.bundle();
  bundle.shell("sleep 0.3; " + notify("READY=1") + "exec sleep 30").write();
  const Words create = {"create", "--bundle", bundle.directory(), sandbox.id()};
  expect_equal("create", call_with(sandbox, manager.variable(), create).exit_code, 0);
  expect_equal("heard after create", manager.heard(), "");
  const Outcome start = call_with(sandbox, manager.variable(), {"start", sandbox.id()});
  expect_equal("start", start.exit_code, 0);
  expect_announced(sandbox, manager);
  expect_equal("delete", sandbox.call({"delete", "--force", sandbox.id()}).exit_code, 0);
}
const Case kStarted("notify/start-waits-and-names-the-main-process", "cli-contract 6", started);

void expect_ready(Sandbox& sandbox, Bundle& bundle, Manager& manager) {
  bundle.shell(notify("READY=1 barrier")).write();
  const Outcome ran =
      call_with(sandbox, manager.variable(), {"run", "--bundle", bundle.directory(), sandbox.id()});
  expect_equal("messages to the program", ran.out + ran.err, "0 ok\n");
  expect(manager.hears("READY=1"), "the manager does not hear READY=1");
}

void abstract(Sandbox& sandbox) {
  Manager manager("@" + sandbox.id() + "-manager");
  Bundle bundle = sandbox.bundle();
  expect_ready(sandbox, bundle, manager);
}
const Case kAbstract("notify/the-managers-socket-may-be-abstract", "sd_notify(3)", abstract);

void read_only(Sandbox& sandbox) {
  Manager manager(sandbox.path("manager"));
  Bundle bundle = sandbox.bundle();
  bundle.set("/root/readonly", true).mount("/dev", "tmpfs", "tmpfs", {"nosuid", "mode=755"});
  expect_ready(sandbox, bundle, manager);
  expect_equal("contents of the root filesystem", shown(entries(bundle.rootfs("run"))), "[]");
}
const Case kReadOnly("notify/a-read-only-root-is-no-hindrance", "cli-contract 6", read_only);

void user_namespace(Sandbox& sandbox) {
  Manager manager(sandbox.path("manager"));
  Bundle bundle = sandbox.bundle();
  bundle.user_namespace().set_json("/process/user", R"({"uid": 1000, "gid": 1000})");
  expect_ready(sandbox, bundle, manager);
}
const Case kUser("notify/a-user-of-a-user-namespace-is-heard", "cli-contract 6", user_namespace);

void ends_unready(Sandbox& sandbox) {
  Manager manager(sandbox.path("manager"));
  Bundle bundle = sandbox.bundle();
  bundle.shell("exit 3").write();
  const std::string pid_file = sandbox.path("pid");
  const Outcome ran = call_with(
      sandbox, manager.variable(),
      {"run", "--detach", "--pid-file", pid_file, "--bundle", bundle.directory(), sandbox.id()});
  expect_equal("exit code", ran.exit_code, 0);
  expect_equal("messages to the manager", manager.heard(), "");
  expect(wait_child(std::atoi(read_file(pid_file).c_str()), 5000).has_value(), "it does not end");
  sandbox.remove();
}
const Case kEnds("notify/a-program-that-ends-is-not-waited-for", "reliability 1 (R3)",
                 ends_unready);

void deleted_meanwhile(Sandbox& sandbox) {
  Manager manager(sandbox.path("manager"));
  Bundle bundle = sandbox.bundle();
  bundle.shell("echo here; exec sleep 30").write();
  Spawn spawn =
      sandbox.invocation({"run", "--detach", "--bundle", bundle.directory(), sandbox.id()});
  spawn.env = {manager.variable()};
  Command waiting(spawn, sandbox.directory());
  expect(eventually([&] { return read_file(waiting.out_file()) == "here\n"; }), "it does not run");
  expect_equal("delete", sandbox.call({"delete", "--force", sandbox.id()}).exit_code, 0);
  expect_equal("exit code of run", waiting.wait().exit_code, 0);
}
const Case kDeleted("notify/who-waits-for-readiness-locks-nobody-out", "reliability 1 (R3)",
                    deleted_meanwhile);

void nobody_listens(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("echo ran").write();
  const Outcome ran = call_with(sandbox, "NOTIFY_SOCKET=" + sandbox.path("nobody"),
                                {"run", "--bundle", bundle.directory(), sandbox.id()});
  expect_equal("output", ran.out + ran.err, "ran\n");
  expect_equal("exit code", ran.exit_code, 0);
}
const Case kNobody("notify/a-manager-that-is-gone-does-no-harm", "reliability 4", nobody_listens);

void without(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell(
      "echo \"<$NOTIFY_SOCKET>\"; while read line; do case $line in *notify*) echo "
      "mounted;; esac; done < /proc/mounts");
  bundle.write();
  expect_equal("without the variable", sandbox.run(bundle).out, "<>\n");
  // An engine with a proxy of its own sets the variable in the config.
  bundle.set_json("/process/env", R"(["PATH=/bin", "NOTIFY_SOCKET=/engine/socket"])").write();
  Manager manager(sandbox.path("manager"));
  const Outcome ran =
      call_with(sandbox, manager.variable(), {"run", "--bundle", bundle.directory(), sandbox.id()});
  expect_equal("with an engine's own", ran.out, "</engine/socket>\n");
}
const Case kWithout("notify/nothing-is-added-unasked", "cli-contract 6", without);

}  // namespace
}  // namespace oci::conformance
