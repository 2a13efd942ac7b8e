#include "runtime/cgroup/stats.h"

#include <map>

#include "third_party/boost_test.h"

namespace oci::cgroup {
namespace {

using Files = std::map<std::string, std::string>;

Stats parse(const Files& files, const std::vector<std::string>& page_sizes = {}) {
  return parse_stats(
      [&](const std::string& name) -> std::optional<std::string> {
        const auto found = files.find(name);
        return found == files.end() ? std::nullopt : std::optional(found->second);
      },
      page_sizes);
}

BOOST_AUTO_TEST_SUITE(cgroup_stats)

BOOST_AUTO_TEST_CASE(what_is_not_there_is_absent) {
  const Stats stats = parse({});
  BOOST_TEST(!stats.cpu);
  BOOST_TEST(!stats.cpuset);
  BOOST_TEST(!stats.memory);
  BOOST_TEST(!stats.pids);
  BOOST_TEST(!stats.io);
  BOOST_TEST(!stats.huge_pages);
}

BOOST_AUTO_TEST_CASE(times_of_the_processor_are_nanoseconds) {
  const Stats stats = parse({{"cpu.stat",
                              "usage_usec 5000\nuser_usec 3000\nsystem_usec 2000\n"
                              "core_sched.force_idle_usec 0\nnr_periods 4\nnr_throttled 2\n"
                              "throttled_usec 77\nnr_bursts 0\nburst_usec 0\n"}});
  BOOST_REQUIRE(stats.cpu);
  BOOST_TEST(stats.cpu->total_ns == 5000000U);
  BOOST_TEST(stats.cpu->user_ns == 3000000U);
  BOOST_TEST(stats.cpu->kernel_ns == 2000000U);
  BOOST_REQUIRE(stats.cpu->throttling);
  BOOST_TEST(stats.cpu->throttling->periods == 4U);
  BOOST_TEST(stats.cpu->throttling->throttled_periods == 2U);
  BOOST_TEST(stats.cpu->throttling->throttled_ns == 77000U);
  BOOST_TEST(!stats.cpu->pressure);
}

BOOST_AUTO_TEST_CASE(without_the_cpu_controller_nothing_is_throttled) {
  const Stats stats = parse({{"cpu.stat", "usage_usec 1\nuser_usec 1\nsystem_usec 0\n"}});
  BOOST_REQUIRE(stats.cpu);
  BOOST_TEST(stats.cpu->total_ns == 1000U);
  BOOST_TEST(!stats.cpu->throttling);
}

BOOST_AUTO_TEST_CASE(pressure) {
  const Stats stats = parse({{"cpu.stat", "usage_usec 0\n"},
                             {"cpu.pressure",
                              "some avg10=1.23 avg60=0.40 avg300=100.00 total=98765\n"
                              "full avg10=0.00 avg60=0.00 avg300=0.00 total=4\n"}});
  BOOST_REQUIRE(stats.cpu->pressure);
  BOOST_REQUIRE(stats.cpu->pressure->some);
  BOOST_TEST(stats.cpu->pressure->some->avg10 == "1.23");
  BOOST_TEST(stats.cpu->pressure->some->avg60 == "0.40");
  BOOST_TEST(stats.cpu->pressure->some->avg300 == "100.00");
  BOOST_TEST(stats.cpu->pressure->some->total == 98765U);
  BOOST_TEST(stats.cpu->pressure->full->total == 4U);
}

// The value is copied into a JSON document unchanged.
BOOST_AUTO_TEST_CASE(pressure_that_is_no_number_is_left_out) {
  for (const char* bad :
       {"some avg10=x avg60=0.00 avg300=0.00 total=1\n",
        "some avg10=1. avg60=0.00 avg300=0.00 total=1\n",
        "some avg10=,1.0 avg60=0.00 avg300=0.00 total=1\n", "some total=1\n", ""}) {
    BOOST_TEST(!parse({{"io.pressure", bad}}).io, bad);
  }
}

BOOST_AUTO_TEST_CASE(cpus_and_nodes) {
  const Stats stats =
      parse({{"cpuset.cpus.effective", "0-2,70\n"}, {"cpuset.mems.effective", "0\n"}});
  BOOST_REQUIRE(stats.cpuset);
  BOOST_TEST(stats.cpuset->cpus == (std::vector<uint32_t>{0, 1, 2, 70}),
             boost::test_tools::per_element());
  BOOST_TEST(stats.cpuset->nodes == std::vector<uint32_t>{0}, boost::test_tools::per_element());
}

const Files kMemory = {
    {"memory.current", "8192\n"},
    {"memory.max", "67108864\n"},
    {"memory.peak", "12288\n"},
    {"memory.events", "low 0\nhigh 0\nmax 5\noom 1\noom_kill 1\noom_group_kill 0\n"},
    {"memory.stat", "anon 100\nfile 200\nkernel 300\nsock 40\n"},
};

BOOST_AUTO_TEST_CASE(memory) {
  const Stats stats = parse(kMemory);
  BOOST_REQUIRE((stats.memory && stats.memory->counts));
  const MemoryCounts& counts = *stats.memory->counts;
  BOOST_TEST(counts.cache == 200U);
  BOOST_TEST(counts.memory.limit == 67108864U);
  BOOST_TEST(counts.memory.usage == 8192U);
  BOOST_TEST(counts.memory.peak.value() == 12288U);
  BOOST_TEST(counts.memory.limit_hits == 5U);
  BOOST_TEST(!counts.with_swap);
  BOOST_TEST(counts.kernel->usage == 300U);
  BOOST_TEST(counts.kernel->limit == kUnlimited);
  BOOST_TEST(counts.sockets->usage == 40U);
  BOOST_REQUIRE(counts.raw.size() == 4U);
  BOOST_TEST(counts.raw[0].first == "anon");
  BOOST_TEST(counts.raw[3].second == 40U);
}

BOOST_AUTO_TEST_CASE(swap_counts_with_memory) {
  Files files = kMemory;
  files["memory.swap.current"] = "1000\n";
  files["memory.swap.max"] = "2000\n";
  files["memory.swap.events"] = "high 0\nmax 3\nfail 1\n";
  const MemoryUse both = parse(files).memory->counts->with_swap.value();
  BOOST_TEST(both.usage == 9192U);
  BOOST_TEST(both.limit == 67110864U);
  BOOST_TEST(both.limit_hits == 3U);
  BOOST_TEST(!both.peak);
}

BOOST_AUTO_TEST_CASE(no_limit_and_one_is_no_limit) {
  Files files = kMemory;
  files["memory.swap.current"] = "0\n";
  files["memory.swap.max"] = "2000\n";
  files["memory.max"] = "max\n";
  BOOST_TEST(parse(files).memory->counts->with_swap->limit == kUnlimited);
  files["memory.max"] = "5\n";
  files["memory.swap.max"] = "max\n";
  BOOST_TEST(parse(files).memory->counts->with_swap->limit == kUnlimited);
}

BOOST_AUTO_TEST_CASE(an_older_kernel_knows_no_peak_and_no_kernel_memory) {
  Files files = kMemory;
  files.erase("memory.peak");
  files["memory.stat"] = "anon 1\nfile 2\n";
  const MemoryCounts counts = parse(files).memory->counts.value();
  BOOST_TEST(!counts.memory.peak);
  BOOST_TEST(!counts.kernel);
  BOOST_TEST(!counts.sockets);
}

BOOST_AUTO_TEST_CASE(memory_pressure_without_the_controller) {
  const Stats stats =
      parse({{"memory.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"}});
  BOOST_REQUIRE(stats.memory);
  BOOST_TEST(!stats.memory->counts);
  BOOST_TEST((stats.memory->pressure && stats.memory->pressure->some));
}

BOOST_AUTO_TEST_CASE(pids) {
  const Stats limited = parse({{"pids.current", "7\n"}, {"pids.max", "100\n"}});
  BOOST_TEST(limited.pids->current == 7U);
  BOOST_TEST(limited.pids->limit.value() == 100U);
  BOOST_TEST(!parse({{"pids.current", "7\n"}, {"pids.max", "max\n"}}).pids->limit);
}

BOOST_AUTO_TEST_CASE(devices) {
  const Stats stats = parse({{"io.stat",
                              "8:16 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n"
                              "254:0 \nstrange\n253:1 wbytes=9\n"}});
  BOOST_REQUIRE(stats.io);
  BOOST_REQUIRE(stats.io->bytes.size() == 3U);
  BOOST_REQUIRE(stats.io->operations.size() == 2U);
  BOOST_TEST(stats.io->bytes[0].major == 8U);
  BOOST_TEST(stats.io->bytes[0].minor == 16U);
  BOOST_TEST(!stats.io->bytes[0].is_write);
  BOOST_TEST(stats.io->bytes[0].value == 1U);
  BOOST_TEST(stats.io->bytes[1].is_write);
  BOOST_TEST(stats.io->bytes[2].value == 9U);
  BOOST_TEST(stats.io->operations[1].value == 4U);
}

BOOST_AUTO_TEST_CASE(a_container_that_did_no_io_yet) {
  const Stats stats = parse({{"io.stat", ""}});
  BOOST_REQUIRE(stats.io);
  BOOST_TEST(stats.io->bytes.empty());
}

BOOST_AUTO_TEST_CASE(huge_pages) {
  const Stats stats = parse({{"hugetlb.2MB.current", "4194304\n"},
                             {"hugetlb.2MB.events", "max 3\n"},
                             {"hugetlb.1GB.current", "0\n"}},
                            {"1GB", "2MB", "64KB"});
  BOOST_REQUIRE(stats.huge_pages);
  BOOST_REQUIRE(stats.huge_pages->size() == 2U);
  BOOST_TEST(stats.huge_pages->at(0).size == "1GB");
  BOOST_TEST(!stats.huge_pages->at(0).limit_hits);
  BOOST_TEST(stats.huge_pages->at(1).usage == 4194304U);
  BOOST_TEST(stats.huge_pages->at(1).limit_hits.value() == 3U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::cgroup
