// update: the effect of each option, and the syntax of sizes (cli-contract 2.6, 4).
#include <algorithm>
#include <utility>

#include "conformance/cases/config_linux/cgroup_case.h"
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

Outcome update(Sandbox& sandbox, const Words& options) {
  Words words = {"update"};
  words.insert(words.end(), options.begin(), options.end());
  words.push_back(sandbox.id());
  return sandbox.call(words);
}

void updated(Sandbox& sandbox, const Words& options) {
  const Outcome outcome = update(sandbox, options);
  expect_equal("exit code of update " + shown(options) + " (" + trimmed(outcome.err) + ")",
               outcome.exit_code, 0);
}

std::string value(const Sandbox& sandbox, const std::string& file) {
  return trimmed(read_file(cgroup_directory(sandbox) + "/" + file));
}

void cpuset(Sandbox& sandbox) {
  require_limits_in_v2(sandbox);
  require_controller("cpuset");
  Bundle bundle = placed(sandbox);
  sandbox.create_and_start(bundle);
  updated(sandbox, {"--cpuset-cpus", "0"});
  expect_equal("cpuset.cpus", value(sandbox, "cpuset.cpus"), "0");
  updated(sandbox, {"--cpuset-mems", "0"});
  expect_equal("cpuset.mems", value(sandbox, "cpuset.mems"), "0");
  expect(update(sandbox, {"--cpuset-cpus", "one"}).exit_code != 0, "'one' is a list of processors");
  expect_equal("cpuset.cpus after a mistake", value(sandbox, "cpuset.cpus"), "0");
  sandbox.stop_and_remove();
}
const Case kCpuset("update/cpuset-options-are-the-cpuset", "cli-contract 4", cpuset);

void cpu_idle(Sandbox& sandbox) {
  require_limits_in_v2(sandbox);
  require_controller("cpu");
  require_option(sandbox, "update", "--cpu-idle");
  Bundle bundle = placed(sandbox);
  bundle.set_json("/linux/resources", R"({"cpu": {"shares": 1024}})");  // enables the controller
  sandbox.create_and_start(bundle);
  if (value(sandbox, "cpu.idle").empty()) throw Skipped("this kernel has no cpu.idle");
  for (const char* idle : {"1", "0"}) {
    updated(sandbox, {"--cpu-idle", idle});
    expect_equal("cpu.idle", value(sandbox, "cpu.idle"), idle);
  }
  expect(update(sandbox, {"--cpu-idle", "2"}).exit_code != 0, "2 is an idleness");
  expect_equal("cpu.idle after a mistake", value(sandbox, "cpu.idle"), "0");
  sandbox.stop_and_remove();
}
const Case kCpuIdle("update/cpu-idle-is-set-and-reset", "cli-contract 4", cpu_idle);

void io_weight(Sandbox& sandbox) {
  require_limits_in_v2(sandbox);
  require_controller("io");
  Bundle bundle = placed(sandbox);
  bundle.set_json("/linux/resources", R"({"blockIO": {"weight": 1000}})");
  sandbox.create_and_start(bundle);
  if (value(sandbox, "io.bfq.weight").empty() && value(sandbox, "io.weight").empty())
    throw Skipped("the kernel has no weights for disks");
  updated(sandbox, {"--blkio-weight", "500"});
  const std::string bfq = value(sandbox, "io.bfq.weight"), plain = value(sandbox, "io.weight");
  // Without BFQ, 10 to 1000 becomes 1 to 10000.
  expect(bfq == "default 500" || bfq == "500" || plain == "default 4950",
         "io.bfq.weight is '" + bfq + "' and io.weight '" + plain + "'");
  sandbox.stop_and_remove();
}
const Case kIoWeight("update/blkio-weight-is-the-weight-of-disks", "cli-contract 4", io_weight);

// cgroup v2 cannot distribute realtime runtime. The options are refused, since the user would
// believe them applied.
void realtime(Sandbox& sandbox) {
  require_limits_in_v2(sandbox);
  Bundle bundle = placed(sandbox);
  sandbox.create_and_start(bundle);
  updated(sandbox, {});
  const struct {
    const char *option, *property, *word;
  } asked[] = {{"--cpu-rt-runtime", "linux.resources.cpu.realtimeRuntime", "untime"},
               {"--cpu-rt-period", "linux.resources.cpu.realtimePeriod", "eriod"}};
  for (const auto& one : asked) {
    const Outcome refused = update(sandbox, {one.option, "10000"});
    expect(refused.exit_code != 0, std::string(one.option) + " is accepted");
    expect_contains("the message", refused.err,
                    sandbox.runtime().json_paths ? one.property : one.word);
  }
  expect_equal("status", sandbox.status(), "running");
  sandbox.stop_and_remove();
}
const Case kRealtime("update/realtime-limits-cannot-be-had", "config-linux.md#cpu", realtime);

void kernel_memory(Sandbox& sandbox) {
  require_limits_in_v2(sandbox);
  Bundle bundle = placed(sandbox);
  sandbox.create_and_start(bundle);
  const auto limits = [&] {
    std::string all;
    for (const char* file : {"memory.max", "memory.high", "memory.low", "memory.swap.max"})
      all += value(sandbox, file) + ";";
    return all;
  };
  const std::string before = limits();
  updated(sandbox, {"--kernel-memory", "67108864", "--kernel-memory-tcp", "67108864"});
  expect_equal("the limits of memory", limits(), before);
  sandbox.stop_and_remove();
}
const Case kKernelMemory("update/kernel-memory-is-accepted-without-effect", "cli-contract 2.12",
                         kernel_memory);

// Without the time of a log record.
std::string reason(const Outcome& outcome) {
  const size_t record = outcome.err.rfind("msg=");
  return trimmed(record == outcome.err.npos ? outcome.err : outcome.err.substr(record));
}

// The units of Docker's command line, which users know.
void sizes(Sandbox& sandbox) {
  require_limits_in_v2(sandbox);
  Bundle bundle = placed(sandbox);
  sandbox.create_and_start(bundle);
  const std::pair<const char*, const char*> written[] = {
      {"0.5g", "536870912"}, {"256MiB", "268435456"}, {"512MiB", "536870912"}};
  const Words have = split(trimmed(read_file(cgroup2_mount() + "/cgroup.controllers")), ' ');
  const bool limited = std::ranges::count(have, "memory") == 1;
  for (const auto& [text, bytes] : written) {
    const Outcome outcome = update(sandbox, {"--memory", text});
    if (limited) {
      expect_equal(std::string(text) + " exits (" + reason(outcome) + ") with", outcome.exit_code,
                   0);
      expect_equal(std::string("memory.max for ") + text, value(sandbox, "memory.max"), bytes);
    } else {
      // Without the controller, the error must be about the limit, not about the text.
      const Outcome number = update(sandbox, {"--memory", bytes});
      expect_equal(std::string("message about ") + text, reason(outcome), reason(number));
    }
  }
  const std::string plain = reason(update(sandbox, {"--memory", "1073741824"}));
  for (const char* none : {"0.5x", "g", "1.2.3g", "512MiBB"}) {
    const Outcome refused = update(sandbox, {"--memory", none});
    expect(refused.exit_code != 0 && reason(refused) != plain, std::string(none) + " is a size");
  }
  sandbox.stop_and_remove();
}
const Case kSizes("update/sizes-have-a-point-and-units", "cli-contract 2.6", sizes);

}  // namespace
}  // namespace oci::conformance
