#include "runtime/cli/duration.h"

#include <cstdint>
#include <optional>

namespace oci::cli {
namespace {

struct Unit {
  std::string_view name;
  int64_t nanoseconds;
};

// Both characters that look like a mu: U+00B5 and U+03BC.
constexpr Unit kUnits[] = {
    {"ns", 1},
    {"us", 1'000},
    {"\u00b5s", 1'000},
    {"\u03bcs", 1'000},
    {"ms", 1'000'000},
    {"s", 1'000'000'000},
    {"m", 60 * INT64_C(1'000'000'000)},
    {"h", 3600 * INT64_C(1'000'000'000)},
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::optional<int64_t> unit_at(std::string_view& text) {
  size_t length = 0;
  while (length < text.size() && text[length] != '.' && !is_digit(text[length]))
    ++length;
  const std::string_view name = text.substr(0, length);
  text.remove_prefix(length);
  for (const Unit& unit : kUnits) {
    if (unit.name == name) return unit.nanoseconds;
  }
  return std::nullopt;
}

// Three years: keeps a deadline, and one more digit, in range.
constexpr int64_t kMost = INT64_C(100'000'000'000'000'000);

std::string_view take_digits(std::string_view& text) {
  size_t length = 0;
  while (length < text.size() && is_digit(text[length]))
    ++length;
  const std::string_view digits = text.substr(0, length);
  text.remove_prefix(length);
  return digits;
}

// Takes one number with its unit off the front.
std::optional<int64_t> term(std::string_view& text) {
  const std::string_view whole = take_digits(text);
  std::string_view fraction;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = take_digits(text);
  }
  const std::optional<int64_t> unit = unit_at(text);
  if ((whole.empty() && fraction.empty()) || !unit) return std::nullopt;
  int64_t sum = 0;
  for (const char digit : whole) {
    sum = sum * 10 + (digit - '0') * *unit;
    if (sum > kMost) return std::nullopt;
  }
  int64_t place = *unit;
  for (const char digit : fraction)
    sum += (digit - '0') * (place /= 10);
  return sum;
}

}  // namespace

Result<std::chrono::nanoseconds> parse_duration(std::string_view option, std::string_view text) {
  const std::string_view given = text;
  if (text.starts_with('+')) text.remove_prefix(1);
  int64_t sum = 0;
  bool valid = !text.empty();
  while (valid && !text.empty()) {
    const std::optional<int64_t> part = term(text);
    sum += part.value_or(0);
    valid = part && sum <= kMost;
  }
  if (valid && sum > 0) return std::chrono::nanoseconds(sum);
  return Error(ErrorKind::kUsage, cat("option --", option,
                                      ": expected a time above 0, such as 100ms, 5s or 1m30s, "
                                      "found '",
                                      given, "'"));
}

}  // namespace oci::cli
