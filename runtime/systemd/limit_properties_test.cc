#include "runtime/systemd/limit_properties.h"

#include "spec/model/resources.h"
#include "third_party/boost_test.h"

namespace oci::systemd {
namespace {

constexpr char kInfinity[] = "18446744073709551615";

std::vector<std::string> told(const spec::Resources& resources) {
  const Result<cgroup::Writes> writes = cgroup::v2_writes(resources);
  BOOST_REQUIRE(bool(writes));
  std::vector<cgroup::Write> all = writes.value().before_clone;
  all.insert(all.end(), writes.value().after_clone.begin(), writes.value().after_clone.end());
  std::vector<std::string> out;
  for (const Property& property : limit_properties(all)) {
    std::string line = cat(property.name, " ", property.signature);
    for (const std::string& value : property.values)
      line += cat(" ", value);
    out.push_back(line);
  }
  return out;
}

void expect(const spec::Resources& resources, const std::vector<std::string>& expected) {
  BOOST_TEST(told(resources) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(no_limits_are_no_properties) {
  expect({}, {});
  expect({.hugepage_limits = {{.page_size = "2MB", .limit = 5}}}, {});
}

BOOST_AUTO_TEST_CASE(memory_is_told_as_it_is_written) {
  expect({.memory = spec::MemoryResources{.limit = 1000, .reservation = 500, .swap = 1500}},
         {"MemorySwapMax t 500", "MemoryMax t 1000", "MemoryLow t 500"});
  expect({.memory = spec::MemoryResources{.limit = -1, .swap = -1}},
         {cat("MemorySwapMax t ", kInfinity), cat("MemoryMax t ", kInfinity)});
}

BOOST_AUTO_TEST_CASE(bandwidth_is_rounded_up_to_a_percent) {
  expect({.cpu = spec::CpuResources{.quota = 20000, .period = 50000}},
         {"CPUQuotaPeriodUSec t 50000", "CPUQuotaPerSecUSec t 400000"});
  expect({.cpu = spec::CpuResources{.quota = 12345, .period = 50000}},
         {"CPUQuotaPeriodUSec t 50000", "CPUQuotaPerSecUSec t 250000"});
  expect({.cpu = spec::CpuResources{.quota = -1}},
         {"CPUQuotaPeriodUSec t 100000", cat("CPUQuotaPerSecUSec t ", kInfinity)});
}

BOOST_AUTO_TEST_CASE(weights_are_those_of_v2_and_idle_is_0) {
  expect({.cpu = spec::CpuResources{.shares = 1024}}, {"CPUWeight t 100"});
  expect({.cpu = spec::CpuResources{.shares = 1024, .idle = 1}}, {"CPUWeight t 0"});
  expect({.cpu = spec::CpuResources{.idle = 0}}, {"CPUWeight t 100"});
  expect({.cpu = spec::CpuResources{.shares = 2, .idle = 0}}, {"CPUWeight t 1"});
  expect({.block_io = spec::BlockIoResources{.weight = 1000}}, {"IOWeight t 10000"});
}

BOOST_AUTO_TEST_CASE(numbers_are_read_as_the_kernel_reads_them) {
  expect({.unified = {{"memory.max", "512M"}}}, {"MemoryMax t 536870912"});
  expect({.unified = {{"memory.max", "0x1000k\n"}}}, {"MemoryMax t 4194304"});
  expect({.unified = {{"memory.max", "16E"}}}, {cat("MemoryMax t ", kInfinity)});
  expect({.unified = {{"pids.max", "010"}}}, {"TasksMax t 8"});
  expect({.unified = {{"memory.max", "512MB"}}}, {});  // the kernel refuses it as well
}

BOOST_AUTO_TEST_CASE(sets_are_bits_the_lowest_first) {
  expect({.cpu = spec::CpuResources{.cpus = "0-2,9", .mems = "0"}},
         {"AllowedCPUs ay 7 2", "AllowedMemoryNodes ay 1"});
  expect({.cpu = spec::CpuResources{.cpus = "64"}}, {"AllowedCPUs ay 0 0 0 0 0 0 0 0 1"});
}

BOOST_AUTO_TEST_CASE(no_process_beside_init_is_a_limit_of_one) {
  expect({.pids = spec::PidsResources{.limit = 0}}, {"TasksMax t 1"});
  expect({.pids = spec::PidsResources{.limit = 7}}, {"TasksMax t 7"});
  expect({.pids = spec::PidsResources{.limit = -1}}, {cat("TasksMax t ", kInfinity)});
}

BOOST_AUTO_TEST_CASE(unified_wins_as_it_does_in_the_files) {
  expect({.memory = spec::MemoryResources{.limit = 1000},
          .unified = {{"memory.max", "2000"},
                      {"memory.high", "max\n"},
                      {"memory.min", "3"},
                      {"cpu.max", "max 20000"},
                      {"io.weight", "default 300\n8:0 50"},
                      {"hugetlb.2MB.max", "0"}}},
         {"MemoryMax t 2000", cat("MemoryHigh t ", kInfinity), "MemoryMin t 3",
          "CPUQuotaPeriodUSec t 20000", cat("CPUQuotaPerSecUSec t ", kInfinity), "IOWeight t 300"});
  // Values without a property are left to the kernel, which checks the file.
  expect({.unified = {{"memory.max", "2Q"}, {"cpu.max", "1 0"}, {"pids.max", "many"}}}, {});
}

}  // namespace
}  // namespace oci::systemd
