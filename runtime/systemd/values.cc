#include "runtime/systemd/values.h"

#include <charconv>
#include <cstdint>

namespace oci::systemd {
namespace {

template <class Number>
bool append_number(sd_bus_message* message, char type, const std::string& text) {
  Number number{};
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  return parsed.ec == std::errc() && sd_bus_message_append_basic(message, type, &number) >= 0;
}

bool append_value(sd_bus_message* message, char type, const std::string& text) {
  const int truth = text == "true" ? 1 : 0;
  switch (type) {
    case 'b':
      return sd_bus_message_append_basic(message, type, &truth) >= 0;
    case 's':
    case 'o':
    case 'g':
      return sd_bus_message_append_basic(message, type, text.c_str()) >= 0;
    case 'y':
      return append_number<uint8_t>(message, type, text);
    case 'n':
      return append_number<int16_t>(message, type, text);
    case 'q':
      return append_number<uint16_t>(message, type, text);
    case 'i':
      return append_number<int32_t>(message, type, text);
    case 'u':
      return append_number<uint32_t>(message, type, text);
    case 'x':
      return append_number<int64_t>(message, type, text);
    case 't':
      return append_number<uint64_t>(message, type, text);
    case 'd':
      return append_number<double>(message, type, text);
    default:
      return false;
  }
}

bool append_property(sd_bus_message* message, const Property& property) {
  const std::string& signature = property.signature;
  const bool is_array = signature.size() == 2 && signature[0] == 'a';
  if (!is_array && (signature.size() != 1 || property.values.size() != 1)) return false;
  const std::string element = is_array ? signature.substr(1) : signature;
  bool good = sd_bus_message_open_container(message, 'r', "sv") >= 0 &&
              sd_bus_message_append_basic(message, 's', property.name.c_str()) >= 0 &&
              sd_bus_message_open_container(message, 'v', signature.c_str()) >= 0 &&
              (!is_array || sd_bus_message_open_container(message, 'a', element.c_str()) >= 0);
  for (const std::string& value : property.values)
    good = good && append_value(message, element[0], value);
  return good && (!is_array || sd_bus_message_close_container(message) >= 0) &&
         sd_bus_message_close_container(message) >= 0 &&
         sd_bus_message_close_container(message) >= 0;
}

}  // namespace

Status append_properties(sd_bus_message* message, const std::vector<Property>& properties) {
  const Error full(ErrorKind::kSystem, "systemd: the call cannot be composed");
  if (sd_bus_message_open_container(message, 'a', "(sv)") < 0) return full;
  for (const Property& property : properties) {
    if (append_property(message, property)) continue;
    return Error(ErrorKind::kSystem, cat("systemd: property '", property.name, "' of type '",
                                         property.signature, "' cannot be sent"));
  }
  return sd_bus_message_close_container(message) < 0 ? Status(full) : Status();
}

}  // namespace oci::systemd
