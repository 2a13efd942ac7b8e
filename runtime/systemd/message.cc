#include "runtime/systemd/message.h"

#include <charconv>
#include <cstdint>
#include <optional>

namespace oci::systemd {
namespace {

// Both programs must come from one build. A mismatch is reported.
constexpr std::string_view kVersion = "oci-rt-systemd 1";
constexpr std::string_view kGood = "good";

constexpr struct {
  ErrorKind kind;
  std::string_view name;
} kKinds[] = {
    {ErrorKind::kBusy, "busy"}, {ErrorKind::kExists, "exists"}, {ErrorKind::kSystem, "failed"}};

constexpr struct {
  Verb verb;
  std::string_view name;
} kVerbs[] = {{Verb::kStart, "start"},
              {Verb::kEnclose, "enclose"},
              {Verb::kStop, "stop"},
              {Verb::kSet, "set"},
              {Verb::kAwaitGone, "await-gone"}};

void put(std::string& out, std::string_view token) {
  out += token;
  out += '\0';
}

class Tokens {
 public:
  explicit Tokens(std::string_view packet) : rest_(packet) {}

  std::string_view next() {
    const size_t end = rest_.find('\0');
    if (end == rest_.npos) {
      bad_ = true;
      return {};
    }
    const std::string_view token = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return token;
  }
  uint64_t number() {
    const std::string_view token = next();
    uint64_t value = 0;
    const auto parsed = std::from_chars(token.data(), token.data() + token.size(), value);
    if (parsed.ec != std::errc() || parsed.ptr != token.data() + token.size()) bad_ = true;
    return value;
  }
  bool done() const { return rest_.empty(); }
  bool bad() const { return bad_; }

 private:
  std::string_view rest_;
  bool bad_ = false;
};

Error not_understood() {
  return Error(ErrorKind::kProtocol,
               "oci-rt-systemd: it does not match this oci-rt; install both from one build");
}

}  // namespace

Result<std::string> to_packet(const Request& request) {
  std::string out;
  put(out, kVersion);
  put(out, kVerbs[static_cast<size_t>(request.verb)].name);
  put(out, request.bus == Bus::kSystem ? "system" : "user");
  put(out, request.unit);
  put(out, std::to_string(request.patience.count()));
  for (const Property& property : request.properties) {
    put(out, property.name);
    put(out, property.signature);
    put(out, std::to_string(property.values.size()));
    for (const std::string& value : property.values)
      put(out, value);
  }
  if (out.size() <= kLongestPacket) return out;
  return Error(ErrorKind::kInvalidConfig, oci::Property{"annotations"},
               cat("the properties of unit '", request.unit, "' take ", out.size(),
                   " bytes, and the limit is ", kLongestPacket, " bytes"));
}

Result<Request> parse_request(std::string_view packet) {
  Tokens tokens(packet);
  if (tokens.next() != kVersion) return not_understood();
  Request request;
  const std::string_view name = tokens.next();
  bool known = false;
  for (const auto& row : kVerbs) {
    if (row.name != name) continue;
    request.verb = row.verb;
    known = true;
  }
  request.bus = tokens.next() == "user" ? Bus::kUser : Bus::kSystem;
  request.unit = tokens.next();
  request.patience = std::chrono::milliseconds(tokens.number());
  while (!tokens.done() && !tokens.bad()) {
    Property property;
    property.name = tokens.next();
    property.signature = tokens.next();
    for (uint64_t left = tokens.number(); left > 0 && !tokens.bad(); --left)
      property.values.emplace_back(tokens.next());
    request.properties.push_back(std::move(property));
  }
  if (!known || tokens.bad()) return not_understood();
  return request;
}

std::string to_packet(const Answer& answer) {
  std::string out;
  std::string_view first = kGood;
  if (!answer.good) {
    first = "failed";
    for (const auto& row : kKinds) {
      if (row.kind == answer.kind) first = row.name;
    }
  }
  put(out, first);
  put(out, answer.text);
  return out;
}

Result<Answer> parse_answer(std::string_view packet) {
  Tokens tokens(packet);
  const std::string_view first = tokens.next();
  Answer answer{.good = first == kGood};
  bool known = answer.good;
  for (const auto& row : kKinds) {
    if (row.name != first) continue;
    answer.kind = row.kind;
    known = true;
  }
  answer.text = tokens.next();
  if (!known || tokens.bad() || !tokens.done()) return not_understood();
  return answer;
}

}  // namespace oci::systemd
