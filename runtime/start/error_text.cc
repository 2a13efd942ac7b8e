#include "runtime/start/error_text.h"

#include <cstddef>
#include <iterator>

namespace oci::start {
namespace {

constexpr char kErrorTexts[][64] = {
#include "runtime/start/error_texts.inc"
};

}  // namespace

const char* error_text(int number) {
  static char unknown[] = "Unknown error -2147483648";
  constexpr size_t kFirstDigit = sizeof "Unknown error " - 1;
  const size_t row = static_cast<size_t>(number);
  if (number >= 0 && row < std::size(kErrorTexts) && kErrorTexts[row][0] != '\0')
    return kErrorTexts[row];
  size_t at = kFirstDigit;
  if (number < 0) unknown[at++] = '-';
  // Unsigned, because -INT_MIN is no int.
  const unsigned value =
      number < 0 ? 0U - static_cast<unsigned>(number) : static_cast<unsigned>(number);
  unsigned power = 1;
  while (value / power >= 10)
    power *= 10;
  for (; power != 0; power /= 10)
    unknown[at++] = static_cast<char>('0' + value / power % 10);
  unknown[at] = '\0';
  return unknown;
}

}  // namespace oci::start
