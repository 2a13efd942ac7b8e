#include "runtime/launch/sub_ids.h"

#include <algorithm>
#include <charconv>

#include "spec/error.h"

namespace oci::launch {
namespace {

bool parse(std::string_view text, uint64_t& out) {
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), out);
  return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
}

std::string_view take(std::string_view& text, char separator) {
  const size_t end = std::min(text.find(separator), text.size());
  const std::string_view front = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return front;
}

std::string range(uint64_t first, uint64_t count) {
  return count == 1 ? cat(first) : cat(first, "-", first + count - 1);
}

std::string listed(std::span<const SubIds> granted) {
  constexpr size_t kNamed = 4;
  std::string text;
  for (const SubIds& ids : granted.first(std::min(granted.size(), kNamed)))
    text += cat(text.empty() ? "" : ", ", range(ids.first, ids.count));
  return granted.size() > kNamed ? cat(text, ", ...") : text;
}

}  // namespace

std::vector<SubIds> sub_ids_of(std::string_view text, std::string_view user, uint32_t uid) {
  std::vector<SubIds> granted;
  while (!text.empty()) {
    std::string_view line = take(text, '\n');
    const std::string_view who = take(line, ':');
    if (who != user && who != std::to_string(uid)) continue;
    SubIds ids;
    if (parse(take(line, ':'), ids.first) && parse(line, ids.count) && ids.count != 0) {
      granted.push_back(ids);
    }
  }
  return granted;
}

std::string missing_grants(const SubIdRequest& request) {
  const std::vector<SubIds> granted = sub_ids_of(request.text, request.user, request.uid);
  for (size_t i = 0; i < request.mappings.size(); ++i) {
    const spec::IdMapping& wanted = request.mappings[i];
    const uint64_t first = wanted.host_id, count = wanted.size;
    if (first == request.own_id && count == 1) continue;
    const auto covers = [&](const SubIds& ids) {
      return first >= ids.first && first - ids.first + count <= ids.count;
    };
    if (std::ranges::any_of(granted, covers)) continue;
    const std::string says = granted.empty()
                                 ? cat(request.file, " has no line for ", request.user)
                                 : cat(request.file, " gives ", request.user, " ", listed(granted));
    return cat(request.property, "[", i, "]: ", range(first, count), " may not be mapped: ", says,
               "; add the line ", request.user, ":", first, ":", count,
               ", or map your own id only: oci-rt spec --rootless");
  }
  return "";
}

}  // namespace oci::launch
