// Id maps: of a config, of the mount option idmap, and in the kernel's form. Checks each id
// separately.
//
// The bytes choose two maps; the rest is the text of an idmap option.
#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include "conformance/product/fuzz/target.h"
#include "runtime/launch/id_maps.h"
#include "runtime/launch/sub_ids.h"
#include "runtime/plan/id_map_option.h"
#include "spec/load_config.h"

namespace oci::fuzz {
namespace {

using Maps = std::vector<spec::IdMapping>;

// Pairs of ids, inside and outside, in listed order. None if there are more than kMostPairs.
using Pairs = std::vector<std::pair<uint32_t, uint32_t>>;
constexpr size_t kMostPairs = 2000;

Maps maps_of(Input& input) {
  Maps maps(input.below(4));
  for (spec::IdMapping& map : maps) {
    map = {.container_id = static_cast<uint32_t>(input.number()),
           .host_id = static_cast<uint32_t>(input.number()),
           .size = static_cast<uint32_t>(input.number())};
  }
  return maps;
}

bool within(uint64_t id, uint64_t first, uint64_t size) {
  return id >= first && id < first + size;
}

bool overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size) {
  return a < b + b_size && b < a + a_size;
}

// user_namespaces(7). No id may be (uid_t)-1.
bool plainly_valid(const Maps& maps) {
  constexpr uint64_t kNone = 0xffffffff;
  for (size_t i = 0; i < maps.size(); ++i) {
    const auto& [inside, outside, size] = maps[i];
    if (size == 0 || uint64_t{inside} + size > kNone || uint64_t{outside} + size > kNone)
      return false;
    for (size_t j = 0; j < i; ++j) {
      if (overlap(inside, size, maps[j].container_id, maps[j].size)) return false;
      if (overlap(outside, size, maps[j].host_id, maps[j].size)) return false;
    }
  }
  return !maps.empty() && std::any_of(maps.begin(), maps.end(),
                                      [](const auto& map) { return map.container_id == 0; });
}

std::string json(const Maps& maps) {
  std::string text;
  for (const spec::IdMapping& map : maps)
    text += cat(text.empty() ? "" : ",", "{\"containerID\":", map.container_id,
                ",\"hostID\":", map.host_id, ",\"size\":", map.size, "}");
  return cat("[", text, "]");
}

// A config with these maps is valid exactly if the kernel accepts them.
void check_config(const Maps& uids, const Maps& gids) {
  const std::string text = cat(
      R"({"ociVersion":"1.0.0","root":{"path":"r"},"process":{"cwd":"/","args":["a"],"user":{"uid":0,"gid":0}},)",
      R"("linux":{"namespaces":[{"type":"user"},{"type":"mount"}],"uidMappings":)", json(uids),
      ",\"gidMappings\":", json(gids), "}}");
  const auto config = spec::load_config(text, "config.json");
  demand(!!config == (plainly_valid(uids) && plainly_valid(gids)),
         "a config has exactly the maps that can be", config ? text : config.error().message());
}

// The text of a map gives the same result for each id as the map.
void check_text(const Maps& maps, uint32_t id) {
  std::optional<uint32_t> outside;
  for (const spec::IdMapping& map : maps) {
    if (!within(id, map.container_id, map.size)) continue;
    outside = map.host_id + (id - map.container_id);
    break;
  }
  demand(launch::mapped_id(launch::map_text(maps), id) == outside,
         "an id is mapped as the map says", cat(launch::map_text(maps), id));
}

// "a;b;" is a and b.
std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  while (!text.empty()) {
    pieces.push_back(text.substr(0, text.find(separator)));
    text.remove_prefix(std::min(pieces.back().size() + 1, text.size()));
  }
  return pieces;
}

std::optional<spec::IdMapping> triplet(std::string_view text) {
  uint32_t numbers[3] = {};
  for (size_t i = 0; i < 3; ++i) {
    const size_t end = i < 2 ? text.find('-') : text.size();
    if (end == text.npos || end == 0) return {};
    uint64_t number = 0;
    for (const char c : text.substr(0, end)) {
      if (c < '0' || c > '9') return {};
      number = number * 10 + static_cast<uint64_t>(c - '0');
      if (number > 0xffffffff) return {};
    }
    numbers[i] = static_cast<uint32_t>(number);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (numbers[2] == 0) return {};
  return spec::IdMapping{.container_id = numbers[0], .host_id = numbers[1], .size = numbers[2]};
}

// Adds the mapping of each id in `text`. False if the text is malformed, or exceeds the maps.
bool add_list(std::string_view text, const Maps& containers, Pairs& out, bool& too_many) {
  for (std::string_view piece : split(text, '#')) {
    const bool relative = piece.starts_with('@');
    if (relative) piece.remove_prefix(1);
    const auto map = triplet(piece);
    if (!map) return false;
    too_many |= map->size > kMostPairs;
    for (uint32_t k = 0; !too_many && k < map->size; ++k) {
      uint64_t outside = uint64_t{map->host_id} + k;
      if (relative) {
        const auto range = std::find_if(containers.begin(), containers.end(), [&](const auto& one) {
          return within(outside, one.container_id, one.size);
        });
        if (range == containers.end()) return false;
        outside = range->host_id + (outside - range->container_id);
      }
      out.emplace_back(map->container_id + k, static_cast<uint32_t>(outside));
    }
  }
  return true;
}

Pairs pairs_of(const Maps& maps) {
  Pairs out;
  for (const spec::IdMapping& map : maps)
    for (uint32_t k = 0; k < map.size && out.size() < 100 * kMostPairs; ++k)
      out.emplace_back(map.container_id + k, map.host_id + k);
  return out;
}

void check_option(std::string_view text, const Maps& users, const Maps& groups) {
  const auto option = plan::parse_id_map_option(text, users, groups);
  Pairs uids, gids;
  bool right = true, too_many = false;
  for (const std::string_view list : split(text, ';')) {
    if (list.starts_with("uids=")) {
      right = right && add_list(list.substr(5), users, uids, too_many);
    } else if (list.starts_with("gids=")) {
      right = right && add_list(list.substr(5), groups, gids, too_many);
    } else {
      right = false;
    }
  }
  if (too_many) return;
  right = right && !uids.empty() && !gids.empty();
  demand(!!option == right, "an option idmap is taken exactly if it is right", text);
  if (!option) return;
  demand(pairs_of(option.value().uids) == uids, "uids= maps each id as it says", text);
  demand(pairs_of(option.value().gids) == gids, "gids= maps each id as it says", text);
}

// subuid(5) as text: each id of an allowed range is in one of the user's lines.
void check_grants(std::string_view text, const Maps& wanted) {
  for (const launch::SubIds& ids : launch::sub_ids_of(text, "user", 1000))
    demand(ids.count != 0, "a grant is of something");
  const auto refused = launch::missing_grants(
      {"linux.uidMappings", "/etc/subuid", text, "user", 1000, 1000, wanted});
  demand(refused.empty() || refused.starts_with("linux.uidMappings["),
         "a refusal names the property", refused);
}

}  // namespace
}  // namespace oci::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace oci;
  fuzz::Input input(data, size);
  const fuzz::Maps uids = fuzz::maps_of(input);
  const fuzz::Maps gids = fuzz::maps_of(input);
  fuzz::check_config(uids, gids);
  for (const auto& map : uids)
    for (const uint32_t id :
         {map.container_id, map.container_id + map.size - 1, map.container_id + map.size, 7U})
      fuzz::check_text(uids, id);
  const std::string_view rest = input.rest();
  // A container's own maps have been validated before.
  if (fuzz::plainly_valid(uids) && fuzz::plainly_valid(gids)) fuzz::check_option(rest, uids, gids);
  fuzz::check_grants(rest, uids);
  return 0;
}
