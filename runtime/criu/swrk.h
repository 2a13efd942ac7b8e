// One run of `criu swrk`, which serves requests on a socket and ends with it.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "runtime/criu/rpc.h"
#include "runtime/sys/signals.h"
#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::criu {

// Numbers in CRIU of the first descriptor of Start::descriptors, after its socket.
inline constexpr int kFirstDescriptor = 4;

struct Start {
  std::string program;
  int cgroup = -1;                        // the cgroup to start in. -1: that of this process
  bool own_cgroup_namespace = false;      // its root is that cgroup
  std::vector<int> descriptors = {};      // CRIU gets them as kFirstDescriptor, ...
  std::function<Status()> in_child = {};  // runs in the child, before CRIU
  bool silent = false;                    // without standard streams, else those of this process
  bool dies_with_caller = false;
  bool killed_by_signals = false;  // a terminating signal kills it: else it undoes its work
};

// Takes a notification of CRIU, with the descriptor that came along or none. After an error CRIU
// gives up and undoes its work.
using Notify = std::function<Status(const Response&, sys::UniqueFd)>;

class [[nodiscard]] Swrk {
 public:
  // `signals`: the child gets the mask before it. nullptr: that of this process.
  static Result<Swrk> start(const Start& how, const sys::SignalStream* signals);

  Swrk(Swrk&& other) noexcept;
  Swrk& operator=(Swrk&&) = delete;
  // Closes the socket, which makes CRIU give up, and waits for its end.
  ~Swrk();

  pid_t pid() const { return pid_; }

  // Sends the request and serves notifications until the answer. A terminating signal from
  // `signals` closes our side: CRIU then gives up at its next notification. The answer tells
  // whether it was too late for that. Errors: that of `notify`, that signal, or CRIU ended without
  // an answer.
  Result<Response> ask(const Request& request, const Notify& notify, sys::SignalStream* signals);

  // Waits for the end. Returns the status as wait(2) does.
  int finish();
  void kill();

 private:
  Swrk(pid_t pid, sys::UniqueFd socket, bool killed_by_signals)
      : pid_(pid), socket_(std::move(socket)), killed_by_signals_(killed_by_signals) {}

  struct Received {
    Response response;
    sys::UniqueFd descriptor;
  };
  Result<Received> receive();
  Status send(const Request& request);
  Status wait_for_answer(sys::SignalStream* signals, std::optional<Error>& failure);

  pid_t pid_;
  sys::UniqueFd socket_;
  bool killed_by_signals_;
};

}  // namespace oci::criu
