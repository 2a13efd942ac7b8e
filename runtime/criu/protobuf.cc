#include "runtime/criu/protobuf.h"

#include <optional>

namespace oci::criu {
namespace {

enum WireType : uint8_t { kVarint = 0, kFixed64 = 1, kLength = 2, kFixed32 = 5 };

Error malformed() {
  return Error(ErrorKind::kProtocol, "a message of CRIU is cut off or damaged");
}

std::optional<uint64_t> take_varint(std::string_view& rest) {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (rest.empty()) return std::nullopt;
    const auto byte = static_cast<uint8_t>(rest.front());
    rest.remove_prefix(1);
    value |= uint64_t{byte & 0x7fU} << shift;
    if ((byte & 0x80U) == 0) return value;
  }
  return std::nullopt;
}

}  // namespace

void Encoder::varint(uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    bytes_ += static_cast<char>((value & 0x7f) | 0x80);
  bytes_ += static_cast<char>(value);
}

void Encoder::number(uint32_t field, int64_t value) {
  varint(uint64_t{field} << 3 | kVarint);
  varint(static_cast<uint64_t>(value));
}

void Encoder::text(uint32_t field, std::string_view value) {
  varint(uint64_t{field} << 3 | kLength);
  varint(value.size());
  bytes_ += value;
}

Result<std::vector<Field>> decode(std::string_view message) {
  std::vector<Field> fields;
  while (!message.empty()) {
    const std::optional<uint64_t> key = take_varint(message);
    if (!key || *key >> 3 == 0 || *key >> 3 > UINT32_MAX) return malformed();
    Field field{.number = static_cast<uint32_t>(*key >> 3)};
    const auto type = static_cast<WireType>(*key & 7);
    if (type == kVarint) {
      const std::optional<uint64_t> value = take_varint(message);
      if (!value) return malformed();
      field.value = *value;
      fields.push_back(field);
    } else if (type == kLength) {
      const std::optional<uint64_t> size = take_varint(message);
      if (!size || *size > message.size()) return malformed();
      field.is_text = true;
      field.text = message.substr(0, *size);
      message.remove_prefix(*size);
      fields.push_back(field);
    } else if (type == kFixed64 || type == kFixed32) {
      const size_t size = type == kFixed64 ? 8 : 4;
      if (size > message.size()) return malformed();
      message.remove_prefix(size);
    } else {
      return malformed();
    }
  }
  return fields;
}

}  // namespace oci::criu
