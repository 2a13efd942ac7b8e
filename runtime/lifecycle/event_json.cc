#include "runtime/lifecycle/event_json.h"

#include <cstdint>
#include <optional>

#include "third_party/rapidjson.h"

namespace oci::lifecycle {
namespace {

using Number = std::optional<uint64_t>;

// Leaves out members without a value.
class Json {
 public:
  void begin() { writer_.StartObject(); }
  void begin(std::string_view key) {
    name(key);
    writer_.StartObject();
  }
  void end() { writer_.EndObject(); }
  void begin_list(std::string_view key) {
    name(key);
    writer_.StartArray();
  }
  void end_list() { writer_.EndArray(); }
  void element(uint64_t value) { writer_.Uint64(value); }

  void text(std::string_view key, std::string_view value) {
    name(key);
    write(value);
  }
  void number(std::string_view key, const Number& value) {
    if (!value) return;
    name(key);
    writer_.Uint64(*value);
  }
  // `value` is a JSON number as text.
  void fraction(std::string_view key, std::string_view value) {
    name(key);
    writer_.RawValue(value.data(), value.size(), rapidjson::kNumberType);
  }
  void null(std::string_view key) {
    name(key);
    writer_.Null();
  }

  std::string line() const { return std::string(buffer_.GetString(), buffer_.GetSize()) + "\n"; }

 private:
  void name(std::string_view key) { writer_.Key(key.data(), size_of(key)); }
  void write(std::string_view value) { writer_.String(value.data(), size_of(value)); }
  static json::Size size_of(std::string_view text) { return static_cast<json::Size>(text.size()); }

  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
};

void write_stall(Json& out, std::string_view key, const std::optional<cgroup::Stall>& stall) {
  if (!stall) return;
  out.begin(key);
  out.fraction("avg10", stall->avg10);
  out.fraction("avg60", stall->avg60);
  out.fraction("avg300", stall->avg300);
  out.number("total", stall->total);
  out.end();
}

void write_pressure(Json& out, const std::optional<cgroup::Pressure>& pressure) {
  if (!pressure) return;
  out.begin("psi");
  write_stall(out, "some", pressure->some);
  write_stall(out, "full", pressure->full);
  out.end();
}

void write_cpu(Json& out, const cgroup::CpuStats& cpu) {
  out.begin("cpu");
  out.begin("usage");
  out.number("total", cpu.total_ns);
  out.number("kernel", cpu.kernel_ns);
  out.number("user", cpu.user_ns);
  out.end();
  if (cpu.throttling) {
    out.begin("throttling");
    out.number("periods", cpu.throttling->periods);
    out.number("throttledPeriods", cpu.throttling->throttled_periods);
    out.number("throttledTime", cpu.throttling->throttled_ns);
    out.end();
  }
  write_pressure(out, cpu.pressure);
  out.end();
}

void write_cpuset(Json& out, const cgroup::CpusetStats& cpuset) {
  out.begin("cpuset");
  out.begin_list("cpus");
  for (const uint32_t cpu : cpuset.cpus)
    out.element(cpu);
  out.end_list();
  out.begin_list("mems");
  for (const uint32_t node : cpuset.nodes)
    out.element(node);
  out.end_list();
  out.end();
}

void write_use(Json& out, std::string_view key, const std::optional<cgroup::MemoryUse>& use) {
  if (!use) return;
  out.begin(key);
  out.number("limit", use->limit);
  out.number("usage", use->usage);
  out.number("max", use->peak);
  out.number("failcnt", use->limit_hits);
  out.end();
}

void write_memory(Json& out, const cgroup::MemoryStats& memory) {
  out.begin("memory");
  if (const auto& counts = memory.counts) {
    out.number("cache", counts->cache);
    write_use(out, "usage", counts->memory);
    write_use(out, "swap", counts->with_swap);
    write_use(out, "kernel", counts->kernel);
    write_use(out, "kernelTCP", counts->sockets);
    out.begin("raw");
    for (const auto& [key, value] : counts->raw)
      out.number(key, value);
    out.end();
  }
  write_pressure(out, memory.pressure);
  out.end();
}

void write_counts(Json& out, std::string_view key, const std::vector<cgroup::IoCount>& counts) {
  if (counts.empty()) return;
  out.begin_list(key);
  for (const cgroup::IoCount& count : counts) {
    out.begin();
    out.number("major", count.major);
    out.number("minor", count.minor);
    out.text("op", count.is_write ? "Write" : "Read");
    out.number("value", count.value);
    out.end();
  }
  out.end_list();
}

void write_io(Json& out, const cgroup::IoStats& io) {
  out.begin("blkio");
  write_counts(out, "ioServiceBytesRecursive", io.bytes);
  write_counts(out, "ioServicedRecursive", io.operations);
  write_pressure(out, io.pressure);
  out.end();
}

void write_huge_pages(Json& out, const std::vector<cgroup::HugePageStats>& sizes) {
  out.begin("hugetlb");
  for (const cgroup::HugePageStats& pages : sizes) {
    out.begin(pages.size);
    out.number("usage", pages.usage);
    out.number("failcnt", pages.limit_hits);
    out.end();
  }
  out.end();
}

void write_monitored(Json& out, const std::vector<resctrl::Monitored>& caches) {
  if (caches.empty()) return;
  out.begin_list("mbm_stats");
  for (const resctrl::Monitored& cache : caches) {
    if (!cache.total_bytes && !cache.local_bytes) continue;
    out.begin();
    out.number("mbm_total_bytes", cache.total_bytes);
    out.number("mbm_local_bytes", cache.local_bytes);
    out.end();
  }
  out.end_list();
  out.begin_list("cmt_stats");
  for (const resctrl::Monitored& cache : caches) {
    if (!cache.occupancy) continue;
    out.begin();
    out.number("llc_occupancy", cache.occupancy);
    out.end();
  }
  out.end_list();
}

void write_rdt(Json& out, const resctrl::Stats& rdt) {
  out.begin("intel_rdt");
  if (const auto& cache = rdt.cache) {
    out.begin("l3_cache_info");
    out.text("cbm_mask", cache->cbm_mask);
    out.number("min_cbm_bits", cache->min_cbm_bits);
    out.number("num_closids", cache->num_closids);
    out.end();
    out.text("l3_cache_schema_root", cache->root_schema);
    out.text("l3_cache_schema", cache->schema);
  }
  if (const auto& bandwidth = rdt.bandwidth) {
    out.begin("mem_bw_info");
    out.number("bandwidth_gran", bandwidth->bandwidth_gran);
    out.number("delay_linear", bandwidth->delay_linear);
    out.number("min_bandwidth", bandwidth->min_bandwidth);
    out.number("num_closids", bandwidth->num_closids);
    out.end();
    out.text("mem_bw_schema_root", bandwidth->root_schema);
    out.text("mem_bw_schema", bandwidth->schema);
  }
  write_monitored(out, rdt.monitored);
  out.end();
}

}  // namespace

std::string stats_event(std::string_view id, const cgroup::Stats& stats,
                        const resctrl::Stats* rdt) {
  Json out;
  out.begin();
  out.text("type", "stats");
  out.text("id", id);
  out.begin("data");
  if (stats.cpu) write_cpu(out, *stats.cpu);
  if (stats.cpuset) write_cpuset(out, *stats.cpuset);
  if (stats.memory) write_memory(out, *stats.memory);
  if (stats.pids) {
    out.begin("pids");
    out.number("current", stats.pids->current);
    out.number("limit", stats.pids->limit);
    out.end();
  }
  if (stats.io) write_io(out, *stats.io);
  if (stats.huge_pages) write_huge_pages(out, *stats.huge_pages);
  if (rdt != nullptr) write_rdt(out, *rdt);
  // runc counts only the interfaces that it created, and a bundle never asks for one.
  out.null("network_interfaces");
  out.end();
  out.end();
  return out.line();
}

std::string oom_event(std::string_view id) {
  Json out;
  out.begin();
  out.text("type", "oom");
  out.text("id", id);
  out.end();
  return out.line();
}

}  // namespace oci::lifecycle
