// Which messages init may send, and when. Pure: no socket, so every order can be tested.
//
// The parent runs privileged work on init's request, and init runs with the container's mounts and
// hooks around it. A request that the plan did not announce, or that comes twice or too early, is
// refused before it is looked at.
#pragma once

#include <cstdint>

#include "runtime/sync/message.h"
#include "spec/error.h"

namespace oci::sync {

class Sequence {
 public:
  // What the plan announces; all else that is optional is refused.
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

  // The stage that comes next, past those that the plan does not need.
  Stage expected() const;

  Needs needs_;
  Stage stage_ = Stage::kStaged;
};

}  // namespace oci::sync
