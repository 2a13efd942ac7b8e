// The record of a container: damaged text is refused, and a valid record survives writing and
// reading.
#include "runtime/state/record.h"
#include "conformance/product/fuzz/target.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace oci;
  const auto record = state::parse_record(std::string(fuzz::text_of(data, size)));
  if (!record) {
    const std::string message = record.error().message();
    fuzz::demand(message.starts_with("the record is damaged"), "a damaged record is told", message);
    return 0;
  }
  const state::Record& first = record.value();
  fuzz::demand(!first.id.empty(), "a record has an id");
  const std::string written = state::to_json(first);
  const auto again = state::parse_record(written);
  fuzz::demand(!!again, "a record that was written can be read", written);
  fuzz::demand(state::to_json(again.value()) == written, "a record is the same after it was read",
               written);
  fuzz::demand(again.value().annotations == first.annotations,
               "annotations are the same after they were read", written);
  fuzz::demand(again.value().id == first.id && again.value().pid == first.pid,
               "id and pid are the same", written);
  return 0;
}
