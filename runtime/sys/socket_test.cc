#include "runtime/sys/socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "runtime/sys/file.h"
#include "runtime/testing/receive_fd.h"
#include "third_party/boost_test.h"

namespace oci::sys {
namespace {

// A directory with a path of the given length, and a listening socket in it.
class Listener {
 public:
  explicit Listener(size_t path_length, int backlog = 4) {
    BOOST_REQUIRE(mkdtemp(base_) != nullptr);
    dirs_.emplace_back(base_);
    while (dirs_.back().size() + 3 < path_length) {
      const size_t more = std::min<size_t>(200, path_length - dirs_.back().size() - 3);
      dirs_.push_back(cat(dirs_.back(), "/", std::string(more, 'd')));
      BOOST_REQUIRE(mkdir(dirs_.back().c_str(), 0700) == 0);
    }
    path_ = cat(dirs_.back(), "/s");
    // bind(2) has the same limit as connect(2), so use a descriptor of the directory.
    const UniqueFd dir = open_at(AT_FDCWD, dirs_.back(), O_PATH | O_DIRECTORY).value();
    const std::string name = cat("/proc/self/fd/", dir.get(), "/s");
    fd_.reset(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.c_str(), name.size() + 1);
    BOOST_REQUIRE(bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    BOOST_REQUIRE(listen(fd_.get(), backlog) == 0);
  }
  ~Listener() {
    unlink(path_.c_str());
    for (auto dir = dirs_.rbegin(); dir != dirs_.rend(); ++dir)
      rmdir(dir->c_str());
  }

  const std::string& path() const { return path_; }
  const std::string& dir() const { return dirs_.back(); }
  UniqueFd accept() { return UniqueFd(::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC)); }
  void close() { fd_.reset(); }

 private:
  char base_[32] = "/tmp/oci-rt-sock-XXXXXX";
  std::vector<std::string> dirs_;
  std::string path_;
  UniqueFd fd_;
};

BOOST_AUTO_TEST_CASE(a_descriptor_and_its_name_arrive_at_any_path_length) {
  for (const size_t length : {40, 106, 107, 108, 109, 200, 1000}) {
    Listener listener(length);
    BOOST_TEST(listener.path().size() >= std::min<size_t>(length, 108) - 2);
    int pipe_ends[2];
    BOOST_REQUIRE(pipe2(pipe_ends, O_CLOEXEC) == 0);
    const UniqueFd reader(pipe_ends[0]);
    const UniqueFd writer(pipe_ends[1]);

    const UniqueFd client = connect_unix(listener.path(), "console socket").value();
    BOOST_REQUIRE(bool(send_fd(client.get(), writer.get(), "/dev/pts/0")));
    const UniqueFd server = listener.accept();
    const ReceivedFd received = receive_fd(server.get(), 4096).value();

    BOOST_TEST(received.text == "/dev/pts/0");
    BOOST_TEST(fcntl(received.fd.get(), F_GETFD) == FD_CLOEXEC);
    BOOST_REQUIRE(write(received.fd.get(), "x", 1) == 1);
    char byte = 0;
    BOOST_TEST(read(reader.get(), &byte, 1) == 1);
    BOOST_TEST(byte == 'x');
  }
}

BOOST_AUTO_TEST_CASE(a_socket_that_is_not_there_is_described_without_an_errno) {
  Listener listener(40);
  BOOST_TEST(connect_unix("/no/such/socket", "console socket").error().message() ==
             "console socket '/no/such/socket': there is no such socket");
  const std::string longer(300, 'x');
  BOOST_TEST(connect_unix(cat("/tmp/", longer), "pidfd socket").error().message() ==
             cat("pidfd socket '/tmp/", longer, "': File name too long"));
  listener.close();
  BOOST_TEST(connect_unix(listener.path(), "console socket").error().message() ==
             cat("console socket '", listener.path(), "': no process listens on it"));
  BOOST_TEST(connect_unix(listener.dir(), "console socket").error().message() ==
             cat("console socket '", listener.dir(), "': no process listens on it"));
}

BOOST_AUTO_TEST_CASE(a_listener_that_never_accepts_costs_a_second_at_most) {
  Listener listener(40, 0);
  const UniqueFd first = connect_unix(listener.path(), "console socket").value();
  const time_t start = time(nullptr);
  std::vector<UniqueFd> others;
  for (int i = 0; i < 3; ++i) {
    Result<UniqueFd> next = connect_unix(listener.path(), "console socket");
    if (!next) {
      BOOST_TEST(next.error().message() == cat("console socket '", listener.path(),
                                               "': its listener does not accept connections"));
      BOOST_TEST(time(nullptr) - start <= 10);
      return;
    }
    others.push_back(std::move(next).value());
  }
  BOOST_ERROR("the queue never filled");
}

BOOST_AUTO_TEST_CASE(a_peer_that_is_gone_is_an_error_and_no_signal) {
  Listener listener(40);
  const UniqueFd client = connect_unix(listener.path(), "console socket").value();
  listener.accept().reset();
  const Status sent = send_fd(client.get(), 0, "x");
  BOOST_TEST(!sent);
  BOOST_TEST(sent.error().sys_errno() == EPIPE);
}

BOOST_AUTO_TEST_CASE(a_message_without_a_descriptor_is_refused) {
  int ends[2];
  BOOST_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  const UniqueFd one(ends[0]);
  const UniqueFd other(ends[1]);
  BOOST_REQUIRE(write(one.get(), "x", 1) == 1);
  BOOST_TEST(receive_fd(other.get(), 16).error().message() ==
             "receive a descriptor: the message holds 0 of them");
}

}  // namespace
}  // namespace oci::sys
