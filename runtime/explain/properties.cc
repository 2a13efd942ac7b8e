#include "runtime/explain/properties.h"

#include <algorithm>
#include <vector>

#include "runtime/explain/paragraph.h"
#include "spec/error.h"
#include "spec/nearest.h"

namespace oci::explain {
namespace {

// "mounts[3].type" and "mounts[].type": mounts, type. Keys may be in quotes: annotations["a.b"].
std::vector<std::string> steps_of(std::string_view path) {
  std::vector<std::string> steps;
  while (!path.empty()) {
    if (path.starts_with("[\"")) {
      const size_t end = std::min(path.find("\"]"), path.size());
      steps.emplace_back(path.substr(2, end - 2));
      path.remove_prefix(std::min(end + 2, path.size()));
    } else if (path.front() == '[') {
      path.remove_prefix(std::min(path.find(']'), path.size() - 1) + 1);
    } else if (path.front() == '.') {
      path.remove_prefix(1);
    } else {
      const std::string_view step = path.substr(0, path.find_first_of(".["));
      steps.emplace_back(step);
      path.remove_prefix(step.size());
    }
  }
  return steps;
}

bool fits(std::string_view pattern, std::string_view word) {
  if (pattern == "<key>") return true;
  if (!pattern.ends_with('*')) return pattern == word;
  return word.starts_with(pattern.substr(0, pattern.size() - 1));
}

// A key of the user may have dots: linux.sysctl.net.ipv4.ip_forward.
bool fits(const std::vector<std::string>& pattern, const std::vector<std::string>& path) {
  const bool open = !pattern.empty() && pattern.back() == "<key>";
  if (open ? path.size() < pattern.size() : path.size() != pattern.size()) return false;
  for (size_t i = 0; i < pattern.size(); ++i)
    if (!fits(pattern[i], path[i])) return false;
  return true;
}

void add(std::string& text, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  std::string head = cat(name, ":");
  head.resize(10, ' ');
  text += cat(head, paragraph(value, 10).substr(10));
}

std::vector<const Property*> all() {
  std::vector<const Property*> found;
  for (const auto rows : {properties_of_the_process(), properties_of_linux()})
    for (const Property& row : rows)
      found.push_back(&row);
  return found;
}

}  // namespace

const Property* find_property(std::string_view path) {
  const std::vector<std::string> steps = steps_of(path);
  const Property* best = nullptr;
  size_t most = 0;
  for (const Property* row : all()) {
    const std::vector<std::string> pattern = steps_of(row->path);
    if (!fits(pattern, steps)) continue;
    // The longest comes first, and of the same length the one with the fewest patterns.
    const auto is_pattern = [](const std::string& step) {
      return step == "<key>" || step.ends_with('*');
    };
    const auto patterns = static_cast<size_t>(std::ranges::count_if(pattern, is_pattern));
    const size_t score = pattern.size() * 8 - patterns;
    if (score > most) best = row;
    most = std::max(most, score);
  }
  return best;
}

std::string_view near_property(std::string_view path) {
  std::vector<std::string_view> paths;
  for (const Property* row : all())
    if (row->path.find('*') == row->path.npos) paths.push_back(row->path);
  if (const std::string_view near = spec::nearest(path, paths); !near.empty()) return near;
  // The last word alone: "memory.limit".
  for (const std::string_view one : paths)
    if (one.ends_with(path) && one.size() > path.size()) return one;
  return {};
}

std::string property_text(const Property& property) {
  std::string text = cat(property.path, " (", property.type, ")\n\n");
  text += paragraph(property.about, 0);
  if (!property.kernel.empty() || !property.since.empty() || !property.engines.empty())
    text += '\n';
  add(text, "Kernel", property.kernel);
  add(text, "Since", property.since.empty() ? "" : cat("Linux ", property.since));
  add(text, "Engines", property.engines);
  return text;
}

}  // namespace oci::explain
