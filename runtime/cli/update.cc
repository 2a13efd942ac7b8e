// oci-rt update
#include <cstdint>

#include "runtime/cli/amount.h"
#include "runtime/cli/command.h"

namespace oci::cli {
namespace {

constexpr Option kOptions[] = {
    {.letter = 'r',
     .name = "resources",
     .value = "FILE",
     .help = "read linux.resources as JSON from FILE ('-': standard input)"},
    {.name = "memory",
     .value = "BYTES",
     .help = "memory limit, with suffix k, m or g; -1: unlimited"},
    {.name = "memory-reservation",
     .value = "BYTES",
     .help = "soft memory limit: memory below it is reclaimed last"},
    {.name = "memory-swap",
     .value = "BYTES",
     .help = "limit of memory and swap together; -1: unlimited"},
    {.name = "cpu-quota", .value = "USEC", .help = "CPU time per period; -1: unlimited"},
    {.name = "cpu-period", .value = "USEC", .help = "length of a period"},
    {.name = "cpu-burst", .value = "USEC", .help = "unused CPU time that may be saved up"},
    {.name = "cpu-share", .value = "N", .help = "relative CPU weight, 2 to 262144"},
    {.name = "cpu-idle", .value = "0|1", .help = "1: run only on otherwise idle CPUs"},
    {.name = "cpuset-cpus", .value = "LIST", .help = "allowed CPUs, such as 0-3,7"},
    {.name = "cpuset-mems", .value = "LIST", .help = "allowed memory nodes, such as 0,1"},
    {.name = "pids-limit", .value = "N", .help = "maximum number of processes; -1: unlimited"},
    {.name = "l3-cache-schema", .value = "SCHEMA", .help = "L3 cache schema, such as L3:0=ff"},
    {.name = "mem-bw-schema",
     .value = "SCHEMA",
     .help = "memory bandwidth schema, such as MB:0=50"},
    {.name = "blkio-weight", .value = "N", .help = "relative I/O weight, 10 to 1000"},
    {.name = "cpu-rt-period", .value = "USEC"},
    {.name = "cpu-rt-runtime", .value = "USEC"},
    // Removed from the specification, but old clients still send them.
    {.name = "kernel-memory", .value = "BYTES"},
    {.name = "kernel-memory-tcp", .value = "BYTES"},
};

class Reader {
 public:
  explicit Reader(const Arguments& arguments) : arguments_(arguments) {}

  template <class T>
  void number(std::string_view option, std::optional<T>& out) {
    read(option, out, false);
  }
  void bytes(std::string_view option, std::optional<int64_t>& out) { read(option, out, true); }
  void text(std::string_view option, std::optional<std::string>& out) {
    if (const std::string_view value = arguments_.value(option); !value.empty()) out = value;
  }

  Status status() const {
    return wrong_.empty() ? Status() : Status(bad_amount(wrong_, arguments_.value(wrong_)));
  }

 private:
  template <class T>
  void read(std::string_view option, std::optional<T>& out, bool has_unit) {
    const std::string_view value = arguments_.value(option);
    if (value.empty() || !wrong_.empty()) return;
    const Result<int64_t> parsed = parse_amount(option, value, has_unit);
    if (parsed && std::in_range<T>(parsed.value())) {
      out = static_cast<T>(parsed.value());
    } else {
      wrong_ = option;
    }
  }

  const Arguments& arguments_;
  std::string_view wrong_;  // the first invalid option
};

Result<spec::Resources> resources_of(const Arguments& arguments) {
  Reader in(arguments);
  spec::MemoryResources memory;
  in.bytes("memory", memory.limit);
  in.bytes("memory-reservation", memory.reservation);
  in.bytes("memory-swap", memory.swap);
  spec::CpuResources cpu;
  in.number("cpu-quota", cpu.quota);
  in.number("cpu-period", cpu.period);
  in.number("cpu-burst", cpu.burst);
  in.number("cpu-share", cpu.shares);
  in.number("cpu-idle", cpu.idle);
  in.number("cpu-rt-runtime", cpu.realtime_runtime);
  in.number("cpu-rt-period", cpu.realtime_period);
  in.text("cpuset-cpus", cpu.cpus);
  in.text("cpuset-mems", cpu.mems);
  spec::PidsResources pids;
  in.number("pids-limit", pids.limit);
  spec::BlockIoResources block_io;
  in.number("blkio-weight", block_io.weight);
  OCI_TRY(in.status());
  spec::Resources resources;
  resources.memory = memory;
  resources.cpu = std::move(cpu);
  resources.pids = pids;
  resources.block_io = std::move(block_io);
  return resources;
}

Result<int> run(const lifecycle::Context& context, const Arguments& arguments) {
  lifecycle::UpdateOptions options;
  options.id = arguments.operands.front();
  options.resources_file = arguments.text("resources");
  options.resources = OCI_TRY(resources_of(arguments));
  options.l3_cache_schema = arguments.text("l3-cache-schema");
  options.mem_bw_schema = arguments.text("mem-bw-schema");
  OCI_TRY(lifecycle::update(context, options));
  return 0;
}

}  // namespace

constinit const Command kUpdateCommand{
    .syntax = {.command = "update",
               .operands = "ID",
               .summary = "Changes the limits of a container.",
               .options = kOptions,
               .min_operands = 1,
               .max_operands = 1},
    .run = run,
};

}  // namespace oci::cli
