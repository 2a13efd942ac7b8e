#include "conformance/diff/compare.h"

#include <set>

namespace oci::conformance {
namespace {

std::string at(const Observation& from, const std::string& path) {
  const auto found = from.find(path);
  return found == from.end() ? "(none)" : found->second;
}

bool is_for_people(const std::string& path) {
  return path.starts_with("!");
}

}  // namespace

std::vector<Difference> compare(const Observation& left, const Observation& right) {
  if (at(left, "/accepted") != at(right, "/accepted")) {
    return {{"/accepted", at(left, "/accepted"), at(right, "/accepted")}};
  }
  std::set<std::string> paths;
  for (const Observation* one : {&left, &right}) {
    for (const auto& [path, text] : *one)
      paths.insert(path);
  }
  std::vector<Difference> found;
  for (const std::string& path : paths) {
    const std::string one = at(left, path), other = at(right, path);
    if (one != other && !is_for_people(path)) found.push_back({path, one, other});
  }
  return found;
}

}  // namespace oci::conformance
