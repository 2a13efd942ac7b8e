// The messages that init may send, and their order. Pure: without a socket, so tests can try every
// order.
//
// The parent runs privileged work on init's request, and init runs among the container's mounts and
// hooks. A request that the plan did not announce, or that comes twice or too early, is refused
// before it is parsed.
#pragma once

#include <cstdint>

#include "runtime/wire/message.h"
#include "spec/error.h"

namespace oci::wire {

class Sequence {
 public:
  // The optional messages that the plan announces. All others are refused.
  struct Needs {
    bool staged = false;
    bool console = false;
    bool host_hooks = false;
  };

  explicit Sequence(Needs needs) : needs_(needs) {}

  // Ok: serve it. Error (kProtocol): kill init.
  Status accept(Type type);
  bool complete() const { return stage_ == Stage::kDone; }

 private:
  enum class Stage : uint8_t { kStaged, kConsole, kMountsReady, kReady, kSettled, kDone };

  // The next stage, skipping those that the plan does not need.
  Stage expected() const;

  Needs needs_;
  Stage stage_ = Stage::kStaged;
};

}  // namespace oci::wire
