// oci-rt-systemd: forwards one request of oci-rt to systemd. See README.md.
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "runtime/systemd/bus.h"
#include "runtime/systemd/message.h"

using namespace oci::systemd;

// NOLINTNEXTLINE(bugprone-exception-escape): a Result is asked before its value is taken
int main() {
  std::string packet(kLongestPacket, '\0');
  const ssize_t length = ::recv(STDIN_FILENO, packet.data(), packet.size(), 0);
  if (length < 0) {
    std::fputs("oci-rt-systemd: run by oci-rt for its option --systemd-cgroup, not by hand\n",
               stderr);
    return 2;
  }
  packet.resize(static_cast<size_t>(length));
  const oci::Result<Request> request = parse_request(packet);
  const Answer answer =
      request ? perform(request.value()) : Answer{.text = request.error().message()};
  const std::string said = to_packet(answer);
  if (::send(STDIN_FILENO, said.data(), said.size(), MSG_NOSIGNAL) < 0) return 1;
  // This process is alone in the scope: without it systemd would remove the scope.
  char nothing;
  if (answer.good && request.value().verb == Verb::kStart) ::recv(STDIN_FILENO, &nothing, 1, 0);
  return 0;
}
