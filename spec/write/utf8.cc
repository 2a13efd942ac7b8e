#include "spec/write/utf8.h"

#include <algorithm>
#include <cstddef>

namespace oci::spec {
namespace {

bool is_between(char byte, unsigned low, unsigned high) {
  const auto value = static_cast<unsigned char>(byte);
  return low <= value && value <= high;
}

// Valid continuations of a leading byte: their number, and the range of the first (RFC 3629 section
// 4).
struct Sequence {
  unsigned first_lead, last_lead;
  size_t length;
  unsigned low, high;
};

constexpr Sequence kSequences[] = {
    {0x00, 0x7f, 1, 0, 0},       {0xc2, 0xdf, 2, 0x80, 0xbf}, {0xe0, 0xe0, 3, 0xa0, 0xbf},
    {0xe1, 0xec, 3, 0x80, 0xbf}, {0xed, 0xed, 3, 0x80, 0x9f}, {0xee, 0xef, 3, 0x80, 0xbf},
    {0xf0, 0xf0, 4, 0x90, 0xbf}, {0xf1, 0xf3, 4, 0x80, 0xbf}, {0xf4, 0xf4, 4, 0x80, 0x8f},
};

// The length of the character at the start of `text`, or 0 if it is malformed.
size_t character_length(std::string_view text) {
  for (const Sequence& sequence : kSequences) {
    if (!is_between(text[0], sequence.first_lead, sequence.last_lead)) continue;
    if (sequence.length == 1) return 1;
    if (text.size() < sequence.length || !is_between(text[1], sequence.low, sequence.high)) {
      return 0;
    }
    const auto rest = text.substr(2, sequence.length - 2);
    const bool is_whole =
        std::all_of(rest.begin(), rest.end(), [](char c) { return is_between(c, 0x80, 0xbf); });
    return is_whole ? sequence.length : 0;
  }
  return 0;
}

}  // namespace

std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const size_t length = character_length(text);
    if (length == 0) {
      out += "\xef\xbf\xbd";
      text.remove_prefix(1);
    } else {
      out += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return out;
}

}  // namespace oci::spec
