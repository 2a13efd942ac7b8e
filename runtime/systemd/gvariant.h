// Parses GVariant text: docs.gtk.org/glib/gvariant-text-format.html.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oci::systemd {

struct Variant {
  std::string signature;            // "b", "s", "i", "t", ..., or "as" and other arrays of these
  std::vector<std::string> values;  // in decimal, "true". Sent on as they are
};

// Basic types and arrays of them: true, 15, -3, 0x1f, 1.5, 'text', "text", ['a', 'b'], and with a
// type: uint64 5, [byte 1, 2], @t 5, @as []. An untyped number is an int32, or a double if it has a
// point or an exponent. Absent: other text, or a value out of range.
std::optional<Variant> parse_gvariant(std::string_view text);

}  // namespace oci::systemd
