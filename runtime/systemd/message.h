// What oci-rt and oci-rt-systemd say to each other: one packet there, one back, over a SEQPACKET
// socket that is the program's standard input. Tokens of text, each ended by NUL.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/systemd/property.h"
#include "runtime/systemd/unit.h"
#include "spec/error.h"

namespace oci::systemd {

enum class Verb {
  kStart,      // makes the unit, with oci-rt-systemd in it; the answer is its cgroup
  kEnclose,    // makes the unit, with oci-rt in it
  kStop,       // ends the unit; one that does not exist is no error
  kSet,        // sets properties of the unit until the next boot
  kAwaitGone,  // waits until there is no such unit
};

struct Request {
  Verb verb = Verb::kStart;
  Bus bus = Bus::kSystem;
  std::string unit;
  std::chrono::milliseconds patience{0};  // for all of it
  std::vector<Property> properties;
};

// kBusy: nobody answered in time. kExists: the unit is there already. kSystem: all else.
struct Answer {
  bool good = false;
  ErrorKind kind = ErrorKind::kSystem;  // unless good
  std::string text;
};

inline constexpr size_t kLongestPacket = size_t{128} << 10;  // below net.core.wmem_default

Result<std::string> to_packet(const Request& request);
Result<Request> parse_request(std::string_view packet);

std::string to_packet(const Answer& answer);
Result<Answer> parse_answer(std::string_view packet);

}  // namespace oci::systemd
