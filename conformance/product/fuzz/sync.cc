// The parent's handling of messages from init, which a container may have taken over.
//
// The first byte is the announcement of the plan, followed by packets of 512 bytes. The last one
// may be short.
#include <algorithm>
#include <cstring>
#include <memory>

#include "conformance/product/fuzz/target.h"
#include "runtime/launch/failure.h"
#include "runtime/wire/sequence.h"

namespace oci::fuzz {
namespace {

using wire::Type;

// The same rules in another form: the messages still expected, in order.
class PlainSequence {
 public:
  explicit PlainSequence(wire::Sequence::Needs needs) {
    if (needs.staged) left_.push_back(Type::kStaged);
    if (needs.console) left_.push_back(Type::kConsole);
    if (needs.host_hooks) left_.push_back(Type::kMountsReady);
    left_.insert(left_.end(), {Type::kReady, Type::kSettled});
  }

  bool complete() const { return left_.empty(); }

  bool accept(Type type) {
    if (left_.empty()) return false;
    if (type == Type::kWarning) return true;
    if (left_.front() != type) return false;
    left_.erase(left_.begin());
    return true;
  }

 private:
  std::vector<Type> left_;
};

void check_texts(const wire::Message& message) {
  const std::string text = launch::message_text(message);
  demand(text.size() <= sizeof message.text, "a message has no more text than fits");
  demand(std::memcmp(text.data(), message.text, text.size()) == 0, "its text is its text");
  if (message.type != Type::kFailed) return;
  const Error error = launch::init_failure(message);
  demand(!error.message().empty(), "a failure says something");
}

}  // namespace
}  // namespace oci::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace oci;
  fuzz::Input input(data, size);
  const uint8_t needs = input.byte();
  const wire::Sequence::Needs announced{(needs & 1) != 0, (needs & 2) != 0, (needs & 4) != 0};
  wire::Sequence sequence(announced);
  fuzz::PlainSequence plain(announced);
  std::string_view left = input.rest();
  while (!left.empty()) {
    const auto message = std::make_unique<wire::Message>();
    const size_t length = std::min(left.size(), sizeof *message);
    std::memcpy(static_cast<void*>(message.get()), left.data(), length);
    left.remove_prefix(length);
    fuzz::check_texts(*message);
    const bool accepted = !!sequence.accept(message->type);
    fuzz::demand(accepted == plain.accept(message->type),
                 "a message is accepted exactly in its turn");
    fuzz::demand(sequence.complete() == plain.complete(), "a sequence is complete after kSettled");
  }
  return 0;
}
