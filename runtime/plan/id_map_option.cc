#include "runtime/plan/id_map_option.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace oci::plan {
namespace {

using Mappings = std::vector<spec::IdMapping>;

// Takes the part before `separator` off the front of `text`, with the separator.
std::string_view next(std::string_view& text, char separator) {
  const size_t end = text.find(separator);
  const std::string_view piece = text.substr(0, end);
  text.remove_prefix(std::min(piece.size() + 1, text.size()));
  return piece;
}

// "ID-ID-LENGTH".
std::optional<spec::IdMapping> parse_triplet(std::string_view text) {
  std::array<uint32_t, 3> numbers{};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (i > 0 && (at == end || *at++ != '-')) return {};
    const auto [stop, error] = std::from_chars(at, end, numbers[i]);
    if (error != std::errc()) return {};
    at = stop;
  }
  if (at != end || numbers[2] == 0) return {};
  return spec::IdMapping{.container_id = numbers[0], .host_id = numbers[1], .size = numbers[2]};
}

// Splits the map at the borders of the container's own maps. false: they do not cover it.
bool add_relative(spec::IdMapping map, const Mappings& containers, Mappings& out) {
  while (map.size > 0) {
    const auto holds = [&map](const spec::IdMapping& range) {
      return map.host_id >= range.container_id && map.host_id - range.container_id < range.size;
    };
    const auto range = std::ranges::find_if(containers, holds);
    if (range == containers.end()) return false;
    const uint32_t into = map.host_id - range->container_id;
    const uint32_t size = std::min(map.size, range->size - into);
    out.push_back(
        {.container_id = map.container_id, .host_id = range->host_id + into, .size = size});
    map = {.container_id = map.container_id + size,
           .host_id = map.host_id + size,
           .size = map.size - size};
  }
  return true;
}

Error broken(std::string_view triplet, std::string_view why) {
  return Error(ErrorKind::kInvalidConfig, cat("'", triplet, "' ", why));
}

Status parse_list(std::string_view text, const Mappings& containers, Mappings& out) {
  while (!text.empty()) {
    const std::string_view triplet = next(text, '#');
    const bool relative = triplet.starts_with('@');
    const auto map = parse_triplet(triplet.substr(relative ? 1 : 0));
    if (!map) return broken(triplet, "is not three numbers, as 0-1000-10");
    if (!relative) {
      out.push_back(*map);
    } else if (!add_relative(*map, containers, out)) {
      return broken(triplet, "goes beyond the ids that linux.uidMappings or gidMappings map");
    }
  }
  return {};
}

}  // namespace

Result<IdMapOption> parse_id_map_option(std::string_view text, const Mappings& users,
                                        const Mappings& groups) {
  IdMapOption out;
  while (!text.empty()) {
    const std::string_view list = next(text, ';');
    if (list.starts_with("uids=")) {
      OCI_TRY(parse_list(list.substr(5), users, out.uids));
    } else if (list.starts_with("gids=")) {
      OCI_TRY(parse_list(list.substr(5), groups, out.gids));
    } else {
      return broken(list, "is neither uids= nor gids=");
    }
  }
  if (out.uids.empty() || out.gids.empty()) return broken(text, "needs both uids= and gids=");
  return out;
}

}  // namespace oci::plan
