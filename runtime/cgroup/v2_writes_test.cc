#include "runtime/cgroup/v2_writes.h"

#include <cmath>

#include "third_party/boost_test.h"

namespace oci::cgroup {
namespace {

// "file=value" of each write before the clone, or the error.
std::vector<std::string> written(const spec::Resources& resources) {
  const Result<Writes> writes = v2_writes(resources);
  if (!writes) return {writes.error().message()};
  std::vector<std::string> out;
  for (const Write& write : writes.value().before_clone) {
    out.push_back(cat(write.file, "=", write.value));
  }
  return out;
}

void expect(const spec::Resources& resources, const std::vector<std::string>& expected) {
  BOOST_TEST(written(resources) == expected, boost::test_tools::per_element());
}

std::string error_of(const spec::Resources& resources) {
  const Result<Writes> writes = v2_writes(resources);
  return writes ? "" : writes.error().message();
}

BOOST_AUTO_TEST_CASE(no_resources_are_no_writes) {
  expect({}, {});
  // The values that engines send by default.
  expect({.memory = spec::MemoryResources{.disable_oom_killer = false, .use_hierarchy = true},
          .cpu = spec::CpuResources{.shares = 0, .quota = 0, .period = 0, .realtime_period = 0},
          .pids = spec::PidsResources{},
          .block_io = spec::BlockIoResources{.weight = 0, .leaf_weight = 0},
          .network = spec::NetworkResources{}},
         {});
}

BOOST_AUTO_TEST_CASE(minus_one_is_spelled_max) {
  expect({.memory = spec::MemoryResources{.limit = -1, .reservation = -1, .swap = -1},
          .cpu = spec::CpuResources{.quota = -1},
          .pids = spec::PidsResources{.limit = -1}},
         {"memory.swap.max=max", "memory.max=max", "memory.low=max", "cpu.max=max 100000",
          "pids.max=max"});
}

BOOST_AUTO_TEST_CASE(swap_is_counted_without_memory) {
  expect({.memory = spec::MemoryResources{.limit = 1000, .swap = 1500}},
         {"memory.swap.max=500", "memory.max=1000"});
  expect({.memory = spec::MemoryResources{.limit = 1000, .swap = 1000}},
         {"memory.swap.max=0", "memory.max=1000"});
}

BOOST_AUTO_TEST_CASE(check_before_update_compares_with_the_usage) {
  const Result<Writes> writes = v2_writes(
      {.memory = spec::MemoryResources{.limit = 7, .swap = 9, .check_before_update = true}});
  BOOST_REQUIRE(writes);
  BOOST_TEST(writes.value().before_clone[0].usage_file == "memory.swap.current");
  BOOST_TEST(writes.value().before_clone[1].usage_file == "memory.current");
}

BOOST_AUTO_TEST_CASE(a_period_without_a_quota_means_no_limit) {
  expect({.cpu = spec::CpuResources{.period = 50000}}, {"cpu.max=max 50000"});
  expect({.cpu = spec::CpuResources{.quota = 20000}}, {"cpu.max=20000 100000"});
}

BOOST_AUTO_TEST_CASE(a_burst_waits_for_its_quota) {
  expect({.cpu = spec::CpuResources{.quota = 20000, .period = 50000, .burst = 20000}},
         {"cpu.max.burst=0", "cpu.max=20000 50000", "cpu.max.burst=20000"});
}

BOOST_AUTO_TEST_CASE(idleness_is_left_before_a_weight_and_entered_after_it) {
  expect({.cpu = spec::CpuResources{.shares = 1024, .idle = 0}}, {"cpu.idle=0", "cpu.weight=100"});
  expect({.cpu = spec::CpuResources{.shares = 1024, .idle = 1}}, {"cpu.weight=100", "cpu.idle=1"});
}

BOOST_AUTO_TEST_CASE(shares_become_weights_as_the_peers_convert_them) {
  const std::pair<uint64_t, uint64_t> expected[] = {
      {0, 0},      {1, 1},      {2, 1},       {3, 2},          {102, 17},       {512, 59},
      {1024, 100}, {2048, 174}, {10240, 639}, {262143, 10000}, {262144, 10000}, {1000000, 10000}};
  for (const auto& [shares, weight] : expected)
    BOOST_TEST(cpu_weight_from_shares(shares) == weight);
  // The formula as crun writes it.
  for (uint64_t shares = 3; shares < 262144; ++shares) {
    const double l = std::log2(static_cast<double>(shares));
    const double weight = std::ceil(std::pow(10, (l * l + 125 * l) / 612.0 - 7.0 / 34.0));
    if (cpu_weight_from_shares(shares) != static_cast<uint64_t>(weight))
      BOOST_ERROR("shares " << shares << ": " << cpu_weight_from_shares(shares) << ", not "
                            << weight);
  }
  for (uint64_t shares = 2; shares < 262144; shares += 97) {
    BOOST_TEST_REQUIRE(cpu_weight_from_shares(shares) <= cpu_weight_from_shares(shares + 97));
  }
}

BOOST_AUTO_TEST_CASE(cpu_and_memory_nodes_are_passed_on) {
  expect({.cpu = spec::CpuResources{.cpus = "0-1,3", .mems = "0"}},
         {"cpuset.cpus=0-1,3", "cpuset.mems=0"});
  expect({.cpu = spec::CpuResources{.cpus = "", .mems = ""}}, {});
}

BOOST_AUTO_TEST_CASE(a_limit_of_no_process_waits_for_the_first_one) {
  const Result<Writes> writes = v2_writes({.pids = spec::PidsResources{.limit = 0}});
  BOOST_REQUIRE(writes);
  BOOST_TEST(writes.value().before_clone.empty());
  BOOST_REQUIRE(writes.value().after_clone.size() == 1u);
  BOOST_TEST(writes.value().after_clone[0].file == "pids.max");
  BOOST_TEST(writes.value().after_clone[0].value == "0");
  expect({.pids = spec::PidsResources{.limit = 5}}, {"pids.max=5"});
}

BOOST_AUTO_TEST_CASE(block_io_is_written_a_device_a_line) {
  expect(
      {.block_io = spec::BlockIoResources{.weight = 500,
                                          .weight_device = {{.major = 8, .minor = 0, .weight = 10}},
                                          .throttle_read_bps_device = {{8, 0, 1000}, {8, 16, 0}},
                                          .throttle_write_bps_device = {{8, 0, 2000}},
                                          .throttle_read_iops_device = {{8, 0, 30}},
                                          .throttle_write_iops_device = {{8, 0, 40}}}},
      {"io.bfq.weight=500", "io.bfq.weight=8:0 10", "io.max=8:0 rbps=1000", "io.max=8:16 rbps=max",
       "io.max=8:0 wbps=2000", "io.max=8:0 riops=30", "io.max=8:0 wiops=40"});
}

BOOST_AUTO_TEST_CASE(an_rdma_device_has_a_line_of_the_limits_given) {
  expect({.rdma = {{"mlx5_0", 2, 2000}, {"mlx5_1", {}, 0}, {"ocrdma1", 7, {}}}},
         {"rdma.max=mlx5_0 hca_handle=2 hca_object=2000", "rdma.max=mlx5_1 hca_object=0",
          "rdma.max=ocrdma1 hca_handle=7"});
}

BOOST_AUTO_TEST_CASE(without_bfq_the_weight_is_converted) {
  const Result<Writes> writes =
      v2_writes({.block_io = spec::BlockIoResources{
                     .weight = 1000, .weight_device = {{.major = 8, .minor = 0, .weight = 10}}}});
  BOOST_REQUIRE(writes);
  BOOST_TEST(writes.value().before_clone[0].instead_file == "io.weight");
  BOOST_TEST(writes.value().before_clone[0].instead == "10000");
  BOOST_TEST(writes.value().before_clone[1].instead == "8:0 1");
  BOOST_TEST(io_weight_from_blkio(0) == 0u);
  BOOST_TEST(io_weight_from_blkio(500) == 4950u);
}

BOOST_AUTO_TEST_CASE(huge_pages_are_limited_at_reservation_too) {
  expect({.hugepage_limits = {{"2MB", 4194304}}},
         {"hugetlb.2MB.rsvd.max=4194304", "hugetlb.2MB.max=4194304"});
}

BOOST_AUTO_TEST_CASE(unified_comes_last_and_line_by_line) {
  expect({.memory = spec::MemoryResources{.limit = 5},
          .unified = {{"memory.max", "7"},
                      {"io.max", "8:0 rbps=1\n8:16 rbps=2\n"},
                      {"cgroup.max.descendants", "3"}}},
         {"memory.max=5", "memory.max=7", "io.max=8:0 rbps=1", "io.max=8:16 rbps=2",
          "cgroup.max.descendants=3"});
}

BOOST_AUTO_TEST_CASE(unified_names_a_limit_and_nothing_else) {
  for (const char* name :
       {"memory", "cgroup.procs", "cgroup.kill", "cgroup.freeze", "cgroup.subtree_control", ".x"}) {
    BOOST_TEST(error_of({.unified = {{name, "1"}}}) ==
               cat("linux.resources.unified.", name, ": must be the name of a cgroup v2 limit"));
  }
  BOOST_TEST(error_of({.unified = {{"memory.max", ""}}}) ==
             "linux.resources.unified.memory.max: must not be empty");
}

BOOST_AUTO_TEST_CASE(what_only_v1_has_is_refused_by_its_path) {
  const std::pair<const char*, spec::Resources> cases[] = {
      {"memory.kernel", {.memory = spec::MemoryResources{.kernel = 1}}},
      {"memory.kernelTCP", {.memory = spec::MemoryResources{.kernel_tcp = 1}}},
      {"memory.swappiness", {.memory = spec::MemoryResources{.swappiness = 0}}},
      {"memory.disableOOMKiller", {.memory = spec::MemoryResources{.disable_oom_killer = true}}},
      {"memory.useHierarchy", {.memory = spec::MemoryResources{.use_hierarchy = false}}},
      {"cpu.realtimeRuntime", {.cpu = spec::CpuResources{.realtime_runtime = 1}}},
      {"cpu.realtimePeriod", {.cpu = spec::CpuResources{.realtime_period = 1}}},
      {"blockIO.leafWeight", {.block_io = spec::BlockIoResources{.leaf_weight = 10}}},
      {"blockIO.weightDevice[0].leafWeight",
       {.block_io = spec::BlockIoResources{.weight_device = {{.leaf_weight = 10}}}}},
      {"network.classID", {.network = spec::NetworkResources{.class_id = 1}}},
      {"network.priorities", {.network = spec::NetworkResources{.priorities = {{"eth0", 1}}}}},
  };
  for (const auto& [property, resources] : cases) {
    BOOST_TEST(error_of(resources) ==
               cat("linux.resources.", property, ": cgroup v2 has no such limit"));
  }
}

BOOST_AUTO_TEST_CASE(controllers_are_those_of_the_files) {
  const Result<Writes> writes =
      v2_writes({.memory = spec::MemoryResources{.limit = 5},
                 .cpu = spec::CpuResources{.shares = 5, .quota = 5, .cpus = "0"},
                 .unified = {{"cgroup.max.depth", "3"}, {"misc.max", "x 1"}}});
  BOOST_REQUIRE(writes);
  const std::vector<std::string_view> expected = {"cpu", "cpuset", "memory", "misc"};
  BOOST_TEST(controllers_of(writes.value().before_clone) == expected,
             boost::test_tools::per_element());
}

}  // namespace
}  // namespace oci::cgroup
