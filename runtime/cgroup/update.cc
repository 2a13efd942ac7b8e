#include "runtime/cgroup/update.h"

#include <charconv>
#include <optional>
#include <string_view>

#include "runtime/cgroup/controllers.h"
#include "runtime/cgroup/fs_v2.h"
#include "runtime/cgroup/snapshot.h"
#include "runtime/cgroup/tree.h"
#include "runtime/sys/file.h"

namespace oci::cgroup {
namespace {

// "max" is -1 in the specification.
std::optional<int64_t> number_at(std::string_view text) {
  if (text.starts_with("max")) return -1;
  int64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  return parsed.ec == std::errc() ? std::optional(value) : std::nullopt;
}

void complete_memory(int dir, spec::MemoryResources& memory) {
  if (memory.swap.value_or(0) <= 0 || memory.limit) return;
  const Result<std::string> text = read_control(dir, "memory.max");
  if (text) memory.limit = number_at(text.value());
}

void complete_cpu(int dir, spec::CpuResources& cpu) {
  const bool has_quota = cpu.quota.value_or(0) != 0, has_period = cpu.period.value_or(0) != 0;
  if (has_quota == has_period) return;
  const Result<std::string> text = read_control(dir, "cpu.max");  // "QUOTA PERIOD"
  if (!text) return;
  const std::string_view line = text.value();
  const auto quota = number_at(line), period = number_at(line.substr(line.find(' ') + 1));
  if (!has_quota) cpu.quota = quota;
  if (!has_period && period) cpu.period = static_cast<uint64_t>(*period);
}

}  // namespace

Status complete(const Layout& layout, const std::string& path, spec::Resources& resources) {
  if (!resources.memory && !resources.cpu) return {};
  const sys::UniqueFd mount = OCI_TRY(open_mount(layout));
  const sys::UniqueFd dir = OCI_TRY(open_cgroup(mount.get(), path));
  if (resources.memory) complete_memory(dir.get(), *resources.memory);
  if (resources.cpu) complete_cpu(dir.get(), *resources.cpu);
  return {};
}

Status update(const Layout& layout, const std::string& path, std::span<const Write> writes) {
  const sys::UniqueFd mount = OCI_TRY(open_mount(layout));
  const sys::UniqueFd dir = OCI_TRY(open_cgroup(mount.get(), path));
  const Controllers controllers(writes);
  if (!controllers.empty() && depth_of(path) > 0) {
    const std::string_view above = prefix_of(path, depth_of(path) - 1);
    const sys::UniqueFd parent = OCI_TRY(open_cgroup(mount.get(), above));
    OCI_TRY(controllers.enable_down_to(mount.get(), parent.get(), above));
  }
  const Snapshot before = OCI_TRY(Snapshot::take(layout, path, writes));
  for (const Write& write : writes) {
    Status done = apply(dir.get(), write);
    if (done) continue;
    (void)before.restore();
    return done;
  }
  return {};
}

}  // namespace oci::cgroup
