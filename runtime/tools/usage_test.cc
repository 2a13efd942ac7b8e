#include "runtime/tools/usage.h"

#include "third_party/boost_test.h"

namespace oci::tools {
namespace {

using namespace std::chrono_literals;

Usage sample(std::string id, uint64_t cpu_ns, std::chrono::milliseconds at) {
  Usage usage{.id = std::move(id), .status = spec::ContainerStatus::kRunning};
  usage.stats.emplace();
  usage.stats->cpu = cgroup::CpuStats{.total_ns = cpu_ns};
  usage.at = std::chrono::steady_clock::time_point(at);
  return usage;
}

BOOST_AUTO_TEST_CASE(the_share_of_a_processor_is_measured) {
  std::vector<Usage> now = {sample("a", 1'500'000'000, 2s), sample("new", 5, 2s),
                            sample("reset", 1, 2s)};
  const std::vector<Usage> before = {sample("a", 500'000'000, 0s), sample("reset", 9, 0s)};
  compare(now, before);
  BOOST_TEST(now[0].cpu_percent.value() == 50.0);
  BOOST_TEST(!now[1].cpu_percent.has_value());
  BOOST_TEST(!now[2].cpu_percent.has_value());
}

BOOST_AUTO_TEST_CASE(sizes_are_short) {
  BOOST_TEST(short_size(0) == "0");
  BOOST_TEST(short_size(1023) == "1023");
  BOOST_TEST(short_size(1024) == "1.0K");
  BOOST_TEST(short_size(1536 << 10) == "1.5M");
  BOOST_TEST(short_size((1 << 20) - 1) == "1.0M");
  BOOST_TEST(short_size(uint64_t{3} << 40) == "3.0T");
}

std::vector<Usage> two() {
  std::vector<Usage> all = {sample("web", 90'000'000'000, 0s)};
  cgroup::Stats& stats = *all[0].stats;
  all[0].cpu_percent = 12.345;
  stats.cpu->throttling = cgroup::Throttling{10, 3, 2'500'000'000};
  stats.cpu->pressure = cgroup::Pressure{cgroup::Stall{"1.50", "0.20", "0.00", 77}, {}};
  stats.memory.emplace().counts.emplace().memory = {.limit = 64 << 20, .usage = 1 << 20, .peak = 5};
  stats.io = cgroup::IoStats{{{8, 0, false, 4096}, {8, 0, true, 8192}}, {}, {}};
  stats.pids = cgroup::PidsStats{3, {}};
  all.push_back(
      {.id = "off", .status = spec::ContainerStatus::kStopped, .problem = "it does not run"});
  return all;
}

BOOST_AUTO_TEST_CASE(the_table) {
  BOOST_TEST(
      usage_table(two()) ==
      "ID   STATUS   CPU%  CPU TIME  THROTTLED  MEMORY  LIMIT  READ  WRITE  PIDS  PIDS LIMIT  "
      "PRESSURE (CPU MEM IO)\n"
      "web  running  12.3     1m30s       2.5s    1.0M  64.0M  4.0K   8.0K     3         max  "
      "1.50 - -\n"
      "off  stopped     -         -          -       -      -     -      -     -           -  "
      "it does not run\n");
}

BOOST_AUTO_TEST_CASE(the_json) {
  BOOST_TEST(usage_json(two()) ==
             R"([{"id":"web","status":"running","cpu":{"percent":12.34,"usageNsec":90000000000,)"
             R"("periods":10,"throttledPeriods":3,"throttledNsec":2500000000},)"
             R"("memory":{"usage":1048576,"peak":5,"limit":67108864},)"
             R"("io":{"readBytes":4096,"writeBytes":8192},"pids":{"current":3,"limit":null},)"
             R"("pressure":{"cpu":{"avg10":"1.50","avg60":"0.20","totalUsec":77}}},)"
             R"({"id":"off","status":"stopped","problem":"it does not run"}])"
             "\n");
  BOOST_TEST(usage_json({}) == "[]\n");
}

}  // namespace
}  // namespace oci::tools
