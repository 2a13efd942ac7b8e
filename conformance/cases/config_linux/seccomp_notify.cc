// linux.seccomp with SCMP_ACT_NOTIFY: an agent outside decides on calls (config-linux.md#seccomp).
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <thread>

#include "conformance/cases/command_line/exec_case.h"
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/facts.h"
#include "conformance/harness/files.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

// The answer to a call: an errno, or 0 to let the kernel continue it.
using Decide = std::function<int(const seccomp_data&)>;

// A seccomp agent: accepts one container's listener, and answers until the container exits.
class Agent {
 public:
  Agent(const std::string& path, Decide decide) : decide_(std::move(decide)) {
    socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(socket_, 4) != 0) {
      throw Failed("the agent cannot listen");
    }
    thread_ = std::thread([this] { serve(); });
  }
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;
  ~Agent() { stop(); }

  // The message that came with the listener. Stops the agent.
  const std::string& message() {
    stop();
    return message_;
  }
  int connections() const { return connections_; }
  bool got_listener() const { return got_listener_; }

 private:
  void stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }

  bool readable(int fd) const {
    while (!stopping_) {
      pollfd entry = {fd, POLLIN, 0};
      if (::poll(&entry, 1, 50) > 0) return (entry.revents & POLLIN) != 0;
    }
    return false;
  }

  void serve() {
    while (readable(socket_)) {
      const int peer = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
      ++connections_;
      const int listener = receive(peer);
      ::close(peer);
      if (listener < 0) continue;
      got_listener_ = true;
      answer_all(listener);
      ::close(listener);
    }
  }

  int receive(int peer) {
    if (!readable(peer)) return -1;
    std::string text(65536, '\0');
    iovec part = {text.data(), text.size()};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    msghdr packet{};
    packet.msg_iov = &part;
    packet.msg_iovlen = 1;
    packet.msg_control = control;
    packet.msg_controllen = sizeof control;
    const ssize_t got = ::recvmsg(peer, &packet, MSG_CMSG_CLOEXEC);
    if (got <= 0) return -1;
    message_ += text.substr(0, static_cast<size_t>(got));
    int fd = -1;
    if (const cmsghdr* header = CMSG_FIRSTHDR(&packet);
        header != nullptr && header->cmsg_type == SCM_RIGHTS) {
      std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
    }
    // The rest of a message that came in pieces. The runtime closes the connection after it.
    for (;;) {
      pollfd entry = {peer, POLLIN, 0};
      if (::poll(&entry, 1, 5000) <= 0) break;
      const ssize_t more = ::read(peer, text.data(), text.size());
      if (more <= 0) break;
      message_ += text.substr(0, static_cast<size_t>(more));
    }
    return fd;
  }

  void answer_all(int listener) const {
    while (readable(listener)) {
      seccomp_notif call = {};
      if (::ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0) {
        if (errno == EINTR || errno == ENOENT) continue;
        return;
      }
      const int error = decide_(call.data);
      seccomp_notif_resp reply = {};
      reply.id = call.id;
      if (error == 0) {
        reply.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
      } else {
        reply.error = -error;
      }
      ::ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &reply);
    }
  }

  Decide decide_;
  int socket_ = -1;
  std::atomic<bool> stopping_ = false, got_listener_ = false;
  std::atomic<int> connections_ = 0;
  std::string message_;
  std::thread thread_;
};

Bundle notifying(Sandbox& sandbox, const std::string& calls, const std::string& socket) {
  Bundle bundle = sandbox.bundle();
  bundle.set_json("/linux/seccomp", R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": []})")
      .add("/linux/seccomp/syscalls",
           R"({"names": [)" + calls + R"(], "action": "SCMP_ACT_NOTIFY"})")
      .set("/linux/seccomp/listenerPath", socket)
      .set("/linux/seccomp/listenerMetadata", "for the agent");
  return bundle;
}

void agent_decides(Sandbox& sandbox) {
  const std::string socket = sandbox.path("agent");
  Agent agent(socket,
              [](const seccomp_data& call) { return call.nr == SYS_getpriority ? ENOTSUP : 0; });
  Bundle bundle = notifying(sandbox, R"("getpriority", "getppid")", socket);
  bundle.args({"/bin/probe", "syscall", std::to_string(SYS_getpriority)});
  expect_equal("the agent's answer", std::atoi(sandbox.run(bundle).out.c_str()), ENOTSUP);
  bundle.args({"/bin/probe", "syscall", std::to_string(SYS_getppid)});
  expect_equal("the call that the agent let continue", std::atoi(sandbox.run(bundle).out.c_str()),
               0);
  expect(agent.got_listener(), "the agent got no listener");
}
const Case kDecides("seccomp/an-agent-decides-calls", "config-linux.md#seccomp", agent_decides);

// With mapped ids init is a child of the process that the runtime starts.
void agent_of_user_namespace(Sandbox& sandbox) {
  const std::string socket = sandbox.path("agent");
  Agent agent(socket,
              [](const seccomp_data& call) { return call.nr == SYS_getpriority ? ENOTSUP : 0; });
  Bundle bundle = notifying(sandbox, R"("getpriority")", socket);
  bundle.user_namespace().args({"/bin/probe", "syscall", std::to_string(SYS_getpriority)});
  const Outcome outcome = sandbox.run(bundle);
  expect_equal("the agent's answer (" + outcome.err + ")", std::atoi(outcome.out.c_str()), ENOTSUP);
  expect(agent.got_listener(), "the agent got no listener");
}
const Case kUserNamespace("seccomp/an-agent-decides-calls-in-a-user-namespace",
                          "config-linux.md#seccomp", agent_of_user_namespace);

void process_state(Sandbox& sandbox) {
  const std::string socket = sandbox.path("agent");
  Agent agent(socket, [](const seccomp_data&) { return 0; });
  Bundle bundle = notifying(sandbox, R"("getpriority")", socket);
  bundle.set("/annotations/org.example.key", "value").shell("sleep 1000");
  sandbox.create_and_start(bundle);
  const int pid = static_cast<int>(sandbox.init_pid());
  const Facts message(agent.message());
  expect_equal("connections of the agent", agent.connections(), 1);
  expect_equal("fds", message.text("/fds/0"), "seccompFd");
  expect_equal("metadata", message.text("/metadata"), "for the agent");
  expect_equal("pid", message.number("/pid"), pid);
  expect_equal("state.pid", message.number("/state/pid"), pid);
  expect_equal("state.id", message.text("/state/id"), sandbox.id());
  expect_equal("state.bundle", message.text("/state/bundle"), bundle.directory());
  expect_equal("annotations", message.text("/state/annotations/org.example.key"), "value");
  expect(!message.text("/ociVersion").empty(), "there is no ociVersion");
  sandbox.stop_and_remove();
}
const Case kState("seccomp/the-agent-gets-the-container-process-state",
                  "config-linux.md#containerprocessstate", process_state);

// An engine may inspect the agent between create and start.
void before_start(Sandbox& sandbox) {
  for (const bool no_new_privileges : {false, true}) {
    const std::string socket = sandbox.path("agent");
    Agent agent(socket, [](const seccomp_data&) { return 0; });
    Bundle bundle = notifying(sandbox, R"("getpriority", "read", "close", "execve")", socket);
    bundle.set("/process/noNewPrivileges", no_new_privileges).shell("sleep 1000");
    sandbox.create(bundle);
    expect(eventually([&] { return agent.got_listener(); }), "the agent waits for `start`");
    expect_equal("status", sandbox.status(), "created");
    sandbox.start();
    expect_equal("status", sandbox.status(), "running");
    const Facts message(agent.message());
    expect_equal("connections of the agent", agent.connections(), 1);
    expect_equal("status in the message", message.text("/state/status"), "creating");
    sandbox.stop_and_remove();
    ::unlink(socket.c_str());
  }
}
const Case kBeforeStart("seccomp/the-agent-has-its-listener-before-start",
                        "config-linux.md#containerprocessstate", before_start);

// System calls of the runtime after it loads the filter must not wait for an agent that still waits
// for the listener.
void no_deadlock(Sandbox& sandbox) {
  const std::string socket = sandbox.path("agent");
  Agent agent(socket, [](const seccomp_data&) { return 0; });
  Bundle bundle = notifying(sandbox,
                            R"("write", "read", "fcntl", "close", "sendmsg", "recvmsg", "futex",
                            "capset", "prctl", "execve", "openat", "dup3", "exit_group")",
                            socket);
  bundle.shell("echo still here");
  expect_equal("its output", sandbox.run(bundle).out, "still here\n");
}
const Case kDeadlock("seccomp/notified-calls-of-the-runtime-itself-do-not-hang",
                     "config-linux.md#seccomp", no_deadlock);

void missing_agent(Sandbox& sandbox) {
  const std::string socket = sandbox.path("agent");
  Agent agent(socket, [](const seccomp_data&) { return 0; });
  Bundle bundle = notifying(sandbox, R"("getpriority")", socket);
  expect_refusal(
      sandbox, bundle,
      {"linux.seccomp.listenerPath", {"seccomp agent", "listener", "no such file"}},
      [](Bundle& spoiled) { spoiled.set("/linux/seccomp/listenerPath", "/there/is/no/socket"); });
}
const Case kMissing("seccomp/a-missing-agent-is-refused", "config-linux.md#seccomp", missing_agent);

// The socket exists when the container is created, but it has no listener at start.
void deaf_agent(Sandbox& sandbox) {
  const std::string socket = sandbox.path("agent");
  {
    Agent agent(socket, [](const seccomp_data&) { return 0; });
  }
  Bundle bundle = notifying(sandbox, R"("getpriority")", socket);
  const Outcome outcome = sandbox.run(bundle);
  expect(outcome.exit_code != 0, "it ran without its agent");
  expect_lacks("its output", outcome.out, "{");
}
const Case kDeaf("seccomp/nobody-at-the-listener-path-fails-the-run", "config-linux.md#seccomp",
                 deaf_agent);

// The runtime loads the filter in different ways, depending on which of its own calls are notified.
void of_exec(Sandbox& sandbox) {
  const std::string socket = sandbox.path("agent");
  const auto decide = [](const seccomp_data& call) {
    return call.nr == SYS_getpriority ? ENOTSUP : 0;
  };
  for (const char* others : {"", R"(, "execve")", R"(, "clone", "setsid", "close", "prctl")"}) {
    Bundle bundle = notifying(sandbox, std::string(R"("getpriority")") + others, socket);
    bundle.shell("sleep 1000");
    // It lives as long as the container: a call of the container without an agent fails with
    // ENOSYS.
    Agent of_container(socket, decide);
    sandbox.create_and_start(bundle);
    ::unlink(socket.c_str());
    Agent agent(socket, decide);
    const std::string pid_file = sandbox.path("pid");
    const Outcome ran = exec(sandbox, {"--pid-file", pid_file},
                             {"/bin/probe", "syscall", std::to_string(SYS_getpriority)});
    expect_equal("the agent's answer (" + ran.err + ")", std::atoi(ran.out.c_str()), ENOTSUP);
    const Facts message(agent.message());
    expect_equal("pid", message.number("/pid"), std::stoi(read_file(pid_file)));
    expect_equal("state.pid", message.number("/state/pid"), int{sandbox.init_pid()});
    sandbox.stop_and_remove();
    ::unlink(socket.c_str());
  }
}
const Case kOfExec("seccomp/an-agent-decides-calls-of-exec", "config-linux.md#seccomp", of_exec);

}  // namespace
}  // namespace oci::conformance
