// The parent's end of the conversation's socket: runtime/sync/README.md.
#pragma once

#include "runtime/sync/message.h"
#include "runtime/sys/signals.h"
#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::launch {

struct SocketPair {
  sys::UniqueFd parent, child;
};

Result<SocketPair> make_sync();

struct Received {
  sync::Message message;
  sys::UniqueFd fd;
  bool ended = false;
};

// Until there is a message, or the end of its stream. A stage that was killed may leave a child
// that holds the stream and waits for us: so the end of the process counts as well. `signals`: what
// interrupts it, if not nullptr.
Status await_message(int socket, int pidfd, sys::SignalStream* signals);

// The message that is there, and the descriptor that came with it. None: the stream has ended.
Result<Received> receive(int socket);

}  // namespace oci::launch
