// oci-rt update
#include <cstdint>

#include "runtime/cli/amount.h"
#include "runtime/cli/command.h"
#include "runtime/cli/engine_options.h"

namespace oci::cli {
namespace {

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
    .syntax = kUpdateSyntax,
    .run = run,
};

}  // namespace oci::cli
