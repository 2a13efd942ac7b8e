#include "runtime/lifecycle/shared_mounts.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace oci::lifecycle {
namespace {

std::string_view take(std::string_view& text, char until) {
  const size_t end = std::min(text.find(until), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

uint64_t number(std::string_view text) {
  uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// proc_pid_mountinfo(5). Peer groups count from 1.
struct Line {
  uint64_t id = 0;
  uint64_t parent = 0;
  uint64_t peers = 0;    // shared:N
  uint64_t masters = 0;  // master:N
};

Line parse(std::string_view text) {
  Line line;
  line.id = number(take(text, ' '));
  line.parent = number(take(text, ' '));
  for (int i = 0; i < 4; ++i)  // device, root, mount point, options
    take(text, ' ');
  while (!text.empty()) {
    std::string_view field = take(text, ' ');
    if (field == "-") break;
    const std::string_view tag = take(field, ':');
    if (tag == "shared") line.peers = number(field);
    if (tag == "master") line.masters = number(field);
  }
  return line;
}

template <class Each>
void each_line(std::string_view text, Each each) {
  while (!text.empty()) {
    if (const std::string_view line = take(text, '\n'); !line.empty()) each(parse(line));
  }
}

bool contains(const std::vector<uint64_t>& sorted, uint64_t value) {
  return std::ranges::binary_search(sorted, value);
}

}  // namespace

std::vector<uint64_t> outward_mounts(std::string_view ours, std::string_view theirs,
                                     Change change) {
  std::vector<uint64_t> reached;
  each_line(ours, [&](const Line& line) {
    if (line.peers != 0) reached.push_back(line.peers);
    if (line.masters != 0) reached.push_back(line.masters);
  });
  std::ranges::sort(reached);
  std::vector<uint64_t> shown;
  each_line(theirs, [&](const Line& line) {
    if (line.peers != 0 && contains(reached, line.peers)) shown.push_back(line.id);
  });
  if (change == Change::kMountOn) return shown;
  std::ranges::sort(shown);
  std::vector<uint64_t> children;
  each_line(theirs, [&](const Line& line) {
    if (contains(shown, line.parent)) children.push_back(line.id);
  });
  return children;
}

}  // namespace oci::lifecycle
