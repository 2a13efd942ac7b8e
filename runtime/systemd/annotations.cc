#include "runtime/systemd/annotations.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>

#include "runtime/systemd/gvariant.h"
#include "spec/annotations.h"

namespace oci::systemd {
namespace {

Error bad(std::string_view key, std::string_view why) {
  return Error(ErrorKind::kInvalidConfig, oci::Property{cat("annotations.", key)},
               std::string(why));
}

bool is_property_name(std::string_view name) {
  constexpr size_t kShortest = 3;
  return name.size() >= kShortest && std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
         });
}

// Properties that start, stop or move other units with the rights of systemd (systemd.unit(5)). A
// user who may run containers need not have these rights.
constexpr std::string_view kOfOtherUnits[] = {"BindsTo",
                                              "Conflicts",
                                              "JoinsNamespaceOf",
                                              "OnFailure",
                                              "OnSuccess",
                                              "PartOf",
                                              "Requires",
                                              "PropagatesReloadTo",
                                              "PropagatesStopTo",
                                              "Requisite",
                                              "Slice",
                                              "TriggeredBy",
                                              "Triggers",
                                              "Upholds",
                                              "Wants",
                                              "OnFailureJobMode",
                                              "OnSuccessJobMode"};

// "TimeoutStopSec" and similar names, as in unit files. D-Bus properties have microseconds.
bool is_in_seconds(std::string_view name) {
  constexpr std::string_view kSuffix = "Sec";
  if (!name.ends_with(kSuffix) || name.size() <= kSuffix.size()) return false;
  const char before = name[name.size() - kSuffix.size() - 1];
  return before >= 'a' && before <= 'z';
}

// Whole numbers of any type, and "1.5". No exponents: times are not written like that.
std::optional<uint64_t> microseconds(const Variant& seconds) {
  constexpr uint64_t kSecond = 1000000;
  if (seconds.signature.size() != 1 ||
      std::string_view("ynqiuxtd").find(seconds.signature) == std::string_view::npos) {
    return {};
  }
  const std::string_view text = seconds.values[0];
  const std::string_view whole = text.substr(0, text.find('.'));
  std::string fraction(text.substr(std::min(whole.size() + 1, text.size())));
  fraction.resize(6, '0');
  uint64_t number = 0, below = 0;
  const auto is_read = [](std::string_view digits, uint64_t& value) {
    const char* const end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, value);
    return parsed.ec == std::errc() && parsed.ptr == end;
  };
  if (!is_read(whole, number) || !is_read(fraction, below)) return {};
  if (number >= UINT64_MAX / kSecond) return {};
  return number * kSecond + below;
}

}  // namespace

Result<std::vector<Property>> annotated_properties(const spec::Annotations& annotations) {
  std::vector<Property> properties;
  for (const auto& [key, text] : annotations) {
    if (!key.starts_with(spec::kSystemdProperty)) continue;
    std::string name = key.substr(spec::kSystemdProperty.size());
    if (!is_property_name(name)) {
      return bad(key, "expected the name of a systemd property after the last '.'");
    }
    // The runtime decides which processes are in the scope.
    if (name == "PIDs" || name == "PIDFDs") return bad(key, "is set by the runtime");
    if (std::ranges::find(kOfOtherUnits, name) != std::end(kOfOtherUnits)) {
      return bad(key,
                 "affects other units than the container's; set it in the unit files of the host");
    }
    std::optional<Variant> value = parse_gvariant(text);
    if (!value) {
      return bad(key,
                 cat("expected a value such as true, 15, uint64 5, 'text' or ['a', 'b'], found '",
                     text, "'"));
    }
    if (is_in_seconds(name)) {
      const std::optional<uint64_t> time = microseconds(*value);
      if (!time) return bad(key, cat("expected seconds, found '", text, "'"));
      name.replace(name.size() - 3, 3, "USec");
      *value = {.signature = "t", .values = {std::to_string(*time)}};
    }
    properties.push_back({std::move(name), std::move(value->signature), std::move(value->values)});
  }
  return properties;
}

}  // namespace oci::systemd
