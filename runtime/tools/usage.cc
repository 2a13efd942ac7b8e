#include "runtime/tools/usage.h"

#include <algorithm>
#include <cstdio>

#include "runtime/cgroup/freeze.h"
#include "runtime/cgroup/layout.h"
#include "runtime/cgroup/watch.h"
#include "runtime/lifecycle/container.h"
#include "runtime/state/row.h"

namespace oci::tools {
namespace {

bool has_processes(spec::ContainerStatus status) {
  using enum spec::ContainerStatus;
  return status != kStopped && status != kCreating;
}

void read_numbers(const Result<cgroup::Layout>& layout, const state::Record& record, Usage& usage) {
  if (record.cgroup_path.empty()) {
    usage.problem = "it has no cgroup that counts its usage";
    return;
  }
  const auto stats = [&]() -> Result<cgroup::Stats> {
    if (!layout) return layout.error();
    const cgroup::Watch watch = OCI_TRY(cgroup::Watch::open(layout.value(), record.cgroup_path));
    return watch.stats();
  };
  Result<cgroup::Stats> read = stats();
  usage.at = std::chrono::steady_clock::now();
  if (read) {
    usage.stats = std::move(read).value();
  } else {
    usage.problem = read.error().message();
  }
}

Usage usage_of(const Result<cgroup::Layout>& layout, const state::Record& record,
               spec::ContainerStatus status) {
  Usage usage{.id = record.id, .status = status};
  if (has_processes(status)) {
    read_numbers(layout, record, usage);
  } else {
    usage.problem = "it does not run";
  }
  return usage;
}

}  // namespace

Result<std::vector<Usage>> take_sample(const lifecycle::Context& context,
                                       std::span<const std::string_view> ids) {
  const Result<cgroup::Layout> layout = cgroup::find_layout();
  std::vector<Usage> all;
  for (const std::string_view id : ids) {
    const lifecycle::Container container =
        OCI_TRY(lifecycle::open_container(context, std::string(id), state::Lock::kNone));
    all.push_back(usage_of(layout, container.record, container.status));
  }
  if (!ids.empty()) return all;
  const state::Store store = OCI_TRY(lifecycle::open_store(context));
  OCI_TRY(state::for_each_row(store, [&](state::Listed& entry) {
    if (!entry.record) {
      all.push_back(
          {.id = entry.id, .is_corrupt = true, .problem = entry.record.error().message()});
      return;
    }
    if (!has_processes(entry.status)) return;
    const state::Record& record = entry.record.value();
    all.push_back(usage_of(layout, record, lifecycle::paused_or(entry.status, record)));
  }));
  return all;
}

void compare(std::vector<Usage>& now, std::span<const Usage> before) {
  for (Usage& usage : now) {
    const auto old = std::ranges::find(before, usage.id, &Usage::id);
    if (old == before.end() || !usage.stats || !old->stats) continue;
    const auto& [after, first] = std::pair(usage.stats->cpu, old->stats->cpu);
    const std::chrono::duration<double, std::nano> passed = usage.at - old->at;
    if (!after || !first || passed.count() <= 0 || after->total_ns < first->total_ns) continue;
    usage.cpu_percent =
        100.0 * static_cast<double>(after->total_ns - first->total_ns) / passed.count();
  }
}

}  // namespace oci::tools
