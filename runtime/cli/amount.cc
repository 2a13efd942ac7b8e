#include "runtime/cli/amount.h"

#include <charconv>

namespace oci::cli {
namespace {

// "b", "k", "m", "MB", "GiB": the unit as a power of two. -1: unknown unit.
int doublings_of(std::string_view unit) {
  constexpr std::string_view kUnits = "bkmgtBKMGT";
  if (unit.empty()) return 0;
  const size_t which = kUnits.find(unit[0]);
  if (which == kUnits.npos) return -1;
  const std::string_view rest = unit.substr(1);
  const bool plain = rest.empty() || rest == "b" || rest == "B";
  return plain || rest == "ib" || rest == "iB" ? static_cast<int>(which % 5) * 10 : -1;
}

}  // namespace

Error bad_amount(std::string_view option, std::string_view found) {
  return Error(ErrorKind::kUsage,
               cat("option --", option, ": expected a number, found '", found, "'"));
}

Result<int64_t> parse_amount(std::string_view option, std::string_view text, bool has_unit) {
  const char* const last = text.data() + text.size();
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (error == std::errc() && end == last) return number;
  if (error != std::errc() || text.starts_with('-') || !has_unit) return bad_amount(option, text);
  const char* at = end;
  int64_t part = 0, scale = 1;  // after the point: part / scale
  if (*at == '.') {
    for (++at; at < last && *at >= '0' && *at <= '9'; ++at) {
      if (scale > 100'000'000) return bad_amount(option, text);  // finer than a byte of a gigabyte
      part = part * 10 + (*at - '0');
      scale *= 10;
    }
    if (scale == 1) return bad_amount(option, text);
  }
  const std::string_view unit(at, static_cast<size_t>(last - at));
  const int doublings = doublings_of(unit);
  if (doublings < 0 || number > (INT64_MAX >> doublings) - 1) return bad_amount(option, text);
  const double below = static_cast<double>(part) / static_cast<double>(scale) *
                       static_cast<double>(int64_t{1} << doublings);
  return (number << doublings) + static_cast<int64_t>(below);
}

}  // namespace oci::cli
