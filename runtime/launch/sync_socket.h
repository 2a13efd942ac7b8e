// The parent's end of the sync socket: runtime/wire/README.md.
#pragma once

#include "runtime/sys/signals.h"
#include "runtime/sys/unique_fd.h"
#include "runtime/wire/message.h"
#include "spec/error.h"

namespace oci::launch {

struct SocketPair {
  sys::UniqueFd parent, child;
};

Result<SocketPair> make_sync();

struct Received {
  wire::Message message;
  sys::UniqueFd fd;
  bool ended = false;
};

// Waits for a message or the end of the stream. A killed stage may leave a child that holds the
// stream and waits for us, so the end of the process counts as well. `signals`: interrupt the wait,
// if not nullptr.
Status await_message(int socket, int pidfd, sys::SignalStream* signals);

// The next message with its descriptor. `ended`: the stream has ended.
Result<Received> receive(int socket);

}  // namespace oci::launch
