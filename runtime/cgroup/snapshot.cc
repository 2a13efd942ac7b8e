#include "runtime/cgroup/snapshot.h"

#include <algorithm>

#include "runtime/cgroup/tree.h"
#include "runtime/sys/file.h"

namespace oci::cgroup {
namespace {

// cgroup-v2.rst: files with one line a device, and the value that removes the line.
constexpr struct {
  std::string_view file, none;
} kByDevice[] = {{"io.max", "rbps=max wbps=max riops=max wiops=max"},
                 {"io.weight", "default"},
                 {"io.bfq.weight", "default"}};

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    if (end != 0) lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// "8:0" of "8:0 rbps=1048576". "" of "max".
std::string_view device_of(std::string_view line) {
  const std::string_view first = line.substr(0, line.find(' '));
  return first.find(':') == first.npos ? "" : first;
}

// Resets cpuset.cpus or .mems to empty, which means all of the parent's. The kernel refuses that
// for a cgroup with processes: then writes the parent's set.
void forget_set(int dir, const std::string& file) {
  if (sys::write_file_at(dir, file, "\n")) return;
  const Result<std::string> all = read_control(dir, cat("../", file, ".effective").c_str());
  if (all) (void)sys::write_file_at(dir, file, all.value());
}

// One write(2) a line.
void put_back(int dir, const std::string& file, std::string_view old, std::string_view now) {
  const std::vector<std::string_view> lines = lines_of(old);
  const auto* const row =
      std::ranges::find_if(kByDevice, [&](const auto& one) { return one.file == file; });
  if (row != std::end(kByDevice)) {
    for (const std::string_view line : lines_of(now)) {
      const std::string_view device = device_of(line);
      const bool is_new = std::ranges::none_of(
          lines, [&](std::string_view known) { return device_of(known) == device; });
      if (!device.empty() && is_new) {
        (void)sys::write_file_at(dir, file, cat(device, " ", row->none));
      }
    }
  } else if (lines.empty()) {
    forget_set(dir, file);
  }
  for (const std::string_view line : lines)
    (void)sys::write_file_at(dir, file, line);
}

}  // namespace

void Snapshot::add(std::string_view file) {
  const auto known = [&](const Content& content) { return content.file == file; };
  if (file.empty() || std::ranges::any_of(contents_, known)) return;
  std::string name(file);
  Result<std::string> text = read_control(dir_.get(), name.c_str());
  if (text) contents_.push_back({std::move(name), std::move(text).value()});
}

Result<Snapshot> Snapshot::take(const Layout& layout, const std::string& path,
                                std::span<const Write> writes,
                                std::span<const std::string_view> files) {
  const sys::UniqueFd mount = OCI_TRY(open_mount(layout));
  Snapshot snapshot(OCI_TRY(open_cgroup(mount.get(), path)));
  for (const Write& write : writes) {
    snapshot.add(write.file);
    snapshot.add(write.instead_file);
  }
  for (const std::string_view file : files)
    snapshot.add(file);
  return snapshot;
}

std::string_view Snapshot::first_that_differs() const {
  for (const Content& content : contents_) {
    const Result<std::string> now = read_control(dir_.get(), content.file.c_str());
    if (now && now.value() != content.text) return content.file;
  }
  return "";
}

Status Snapshot::restore() const {
  // Twice, because some files depend on others: cpu.max on cpu.max.burst, cpu.weight on cpu.idle.
  for (int turn = 0; turn < 2; ++turn) {
    for (const Content& content : contents_) {
      const Result<std::string> now = read_control(dir_.get(), content.file.c_str());
      if (now && now.value() != content.text) {
        put_back(dir_.get(), content.file, content.text, now.value());
      }
    }
  }
  const std::string_view file = first_that_differs();
  if (file.empty()) return {};
  return Error(ErrorKind::kSystem,
               cat("cgroup file '", file, "' cannot be restored to its earlier value"));
}

}  // namespace oci::cgroup
