// The protocol of oci-rt and oci-rt-systemd: one request and one answer, as packets of a SEQPACKET
// socket that is the program's standard input. Text tokens, each ended by NUL.
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
  kStart,      // makes the unit, with oci-rt-systemd in it. The answer is its cgroup
  kEnclose,    // makes the unit, with oci-rt in it
  kStop,       // ends the unit. A missing one is no error
  kSet,        // sets properties of the unit until the next boot
  kAwaitGone,  // waits until the unit is gone
};

struct Request {
  Verb verb = Verb::kStart;
  Bus bus = Bus::kSystem;
  std::string unit;
  std::chrono::milliseconds patience{0};  // for the whole request
  std::vector<Property> properties;
};

// kBusy: no answer in time. kExists: the unit exists. kSystem: any other error.
struct Answer {
  bool good = false;
  ErrorKind kind = ErrorKind::kSystem;  // if not good
  std::string text;
};

inline constexpr size_t kLongestPacket = size_t{128} << 10;  // below net.core.wmem_default

Result<std::string> to_packet(const Request& request);
Result<Request> parse_request(std::string_view packet);

std::string to_packet(const Answer& answer);
Result<Answer> parse_answer(std::string_view packet);

}  // namespace oci::systemd
