#include "runtime/wire/sequence.h"

namespace oci::wire {

Sequence::Stage Sequence::expected() const {
  Stage stage = stage_;
  if (stage == Stage::kStaged && !needs_.staged) stage = Stage::kConsole;
  if (stage == Stage::kConsole && !needs_.console) stage = Stage::kMountsReady;
  if (stage == Stage::kMountsReady && !needs_.host_hooks) stage = Stage::kReady;
  return stage;
}

Status Sequence::accept(Type type) {
  static constexpr struct {
    Type type;
    Stage at, next;
  } kLegal[] = {
      {Type::kStaged, Stage::kStaged, Stage::kConsole},
      {Type::kConsole, Stage::kConsole, Stage::kMountsReady},
      {Type::kMountsReady, Stage::kMountsReady, Stage::kReady},
      {Type::kReady, Stage::kReady, Stage::kSettled},
      {Type::kSettled, Stage::kSettled, Stage::kDone},
  };
  if (type == Type::kWarning && !complete()) return {};
  for (const auto& legal : kLegal) {
    if (legal.type != type || legal.at != expected()) continue;
    stage_ = legal.next;
    return {};
  }
  return Error(ErrorKind::kProtocol,
               cat("container init sent message ", static_cast<int>(type), " out of turn"));
}

}  // namespace oci::wire
