// The wire format of protocol buffers (proto2): numbers and texts under the numbers of their
// fields.
//
// The messages of CRIU's RPC are small, and their schema is stable. A library for them would be
// larger than this program.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "spec/error.h"

namespace oci::criu {

// The bytes of one message.
class Encoder {
 public:
  // int32, uint32, bool or an enumeration. A negative number takes ten bytes, as the format says.
  void number(uint32_t field, int64_t value);
  // A string or bytes.
  void text(uint32_t field, std::string_view value);
  void message(uint32_t field, const Encoder& value) { text(field, value.bytes()); }

  const std::string& bytes() const { return bytes_; }

 private:
  void varint(uint64_t value);

  std::string bytes_;
};

// One field, of either kind. Fixed-width fields are not kept.
struct Field {
  uint32_t number = 0;
  bool is_text = false;
  uint64_t value = 0;     // if not is_text
  std::string_view text;  // if is_text: of the message
};

// The fields in their order. kProtocol: it is cut off or has an unknown wire type.
Result<std::vector<Field>> decode(std::string_view message);

}  // namespace oci::criu
