#include "runtime/criu/mounts.h"

#include <algorithm>
#include <iterator>

#include "runtime/plan/mount_options.h"

namespace oci::criu {
namespace {

// CRIU makes these anew, even where the kernel shows the host's.
constexpr std::string_view kRemade[] = {"proc", "sysfs", "cgroup", "cgroup2", "mqueue", "devpts"};

// proc_pid_mounts(5): blanks and backslashes are octal.
std::string unescaped(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto digit = [&](size_t at) { return static_cast<unsigned>(text[i + at] - '0'); };
    if (text[i] == '\\' && i + 3 < text.size()) {
      out += static_cast<char>(digit(1) << 6 | digit(2) << 3 | digit(3));
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

bool is_below(std::string_view path, std::string_view directory) {
  if (directory == "/") return true;
  return path.starts_with(directory) &&
         (path.size() == directory.size() || path[directory.size()] == '/');
}

bool is_destination(const spec::Config& config, std::string_view point) {
  return std::ranges::any_of(config.mounts, [point](const spec::Mount& mount) {
    return is_bind(mount) && mount.destination == point;
  });
}

// A part of the rootfs over another place of it, which CRIU binds again.
bool is_own_part(const MountLine& mount, const MountLine& root) {
  return mount.device == root.device && is_below(mount.root, root.root);
}

bool is_host_device(const MountLine& mount, const std::vector<MountLine>& outside) {
  return std::ranges::any_of(
      outside, [&mount](const MountLine& other) { return other.device == mount.device; });
}

// The mount of the host with its null device, and `root` the device in its file system. In a host
// that is a container itself, it is no devtmpfs.
MountLine null_device_of(const std::vector<MountLine>& outside) {
  MountLine found;
  for (const MountLine& mount : outside)
    if (is_below(kNullDevice, mount.point) && mount.point.size() >= found.point.size())
      found = mount;
  const size_t above = found.point == "/" ? 0 : found.point.size();
  if (found.root == "/" && above < std::size(kNullDevice) - 1) found.root.clear();
  found.root += kNullDevice + above;
  return found;
}

bool is_null_device(const MountLine& mount, const MountLine& null) {
  if (mount.type == "devtmpfs" && mount.root == "/null") return true;
  return mount.device == null.device && mount.root == null.root;
}

}  // namespace

std::vector<MountLine> parse_mountinfo(std::string_view text) {
  std::vector<MountLine> lines;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    std::vector<std::string_view> words;
    while (!line.empty()) {
      words.push_back(line.substr(0, line.find(' ')));
      line.remove_prefix(std::min(words.back().size() + 1, line.size()));
    }
    const auto separator = std::ranges::find(words, std::string_view("-"));
    if (separator - words.begin() < 6 || words.end() - separator < 2) continue;
    lines.push_back({std::string(words[0]), std::string(words[2]), unescaped(words[3]),
                     unescaped(words[4]), std::string(separator[1])});
  }
  return lines;
}

bool is_bind(const spec::Mount& mount) {
  return mount.type == "bind" || plan::fold_mount_options(mount.options, "").bind;
}

std::vector<std::pair<std::string, std::string>> external_mounts(
    const std::vector<MountLine>& inside, const std::vector<MountLine>& outside,
    const spec::Config& config) {
  std::vector<std::pair<std::string, std::string>> found;
  const auto root =
      std::ranges::find_if(inside, [](const MountLine& mount) { return mount.point == "/"; });
  const MountLine null = null_device_of(outside);
  for (const MountLine& mount : inside) {
    if (mount.point == "/") continue;
    if (is_destination(config, mount.point)) {
      found.emplace_back(mount.point, mount.point);
      continue;
    }
    const bool remade = std::ranges::find(kRemade, mount.type) != std::end(kRemade);
    const bool own = root != inside.end() && is_own_part(mount, *root);
    if (remade || own || !is_host_device(mount, outside)) continue;
    found.emplace_back(mount.point, is_null_device(mount, null) ? kNullDevice : mount.point);
  }
  return found;
}

std::vector<std::pair<std::string, std::string>> sources_of(
    const std::vector<Volume>& volumes, const std::vector<MountLine>& outside,
    const std::vector<std::string>& devices) {
  std::vector<std::pair<std::string, std::string>> found = {{kNullDevice, kNullDevice}};
  for (const Volume& volume : volumes) {
    found.emplace_back(volume.place, volume.source);
    if (!volume.recursive) continue;
    for (const MountLine& mount : outside) {
      if (mount.point == volume.source || !is_below(mount.point, volume.source)) continue;
      const std::string rest = mount.point.substr(volume.source == "/" ? 0 : volume.source.size());
      found.emplace_back(volume.place + rest, mount.point);
    }
  }
  for (const std::string& device : devices)
    found.emplace_back(device, device);
  return found;
}

}  // namespace oci::criu
