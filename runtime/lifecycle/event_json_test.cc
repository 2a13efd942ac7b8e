#include "runtime/lifecycle/event_json.h"

#include "third_party/boost_test.h"

namespace oci::lifecycle {
namespace {

BOOST_AUTO_TEST_SUITE(event_json)

BOOST_AUTO_TEST_CASE(an_oom_event_has_no_data) {
  BOOST_TEST(oom_event("web1") == "{\"type\":\"oom\",\"id\":\"web1\"}\n");
}

BOOST_AUTO_TEST_CASE(what_is_absent_is_left_out) {
  BOOST_TEST(stats_event("web1", {}, nullptr) ==
             "{\"type\":\"stats\",\"id\":\"web1\",\"data\":{\"network_interfaces\":null}}\n");
}

BOOST_AUTO_TEST_CASE(everything) {
  const cgroup::Pressure pressure = {.some = cgroup::Stall{"1.20", "0.00", "100.00", 5},
                                     .full = std::nullopt};
  cgroup::Stats stats;
  stats.cpu = {.total_ns = 3,
               .kernel_ns = 1,
               .user_ns = 2,
               .throttling = cgroup::Throttling{4, 5, 6},
               .pressure = pressure};
  stats.cpuset = {.cpus = {0, 3}, .nodes = {0}};
  stats.memory = {
      .counts =
          cgroup::MemoryCounts{.cache = 7,
                               .memory = {.limit = 8, .usage = 9, .peak = 10, .limit_hits = 11},
                               .with_swap = cgroup::MemoryUse{.usage = 12},
                               .kernel = std::nullopt,
                               .sockets = std::nullopt,
                               .raw = {{"anon", 13}}},
      .pressure = std::nullopt};
  stats.pids = {.current = 14, .limit = 15};
  stats.io = {.bytes = {{8, 0, true, 16}}, .operations = {{8, 0, false, 17}}, .pressure = {}};
  stats.huge_pages = {{"2MB", 18, 19}};
  BOOST_TEST(
      stats_event("a", stats, nullptr) ==
      "{\"type\":\"stats\",\"id\":\"a\",\"data\":{"
      "\"cpu\":{\"usage\":{\"total\":3,\"kernel\":1,\"user\":2},"
      "\"throttling\":{\"periods\":4,\"throttledPeriods\":5,\"throttledTime\":6},"
      "\"psi\":{\"some\":{\"avg10\":1.20,\"avg60\":0.00,\"avg300\":100.00,\"total\":5}}},"
      "\"cpuset\":{\"cpus\":[0,3],\"mems\":[0]},"
      "\"memory\":{\"cache\":7,\"usage\":{\"limit\":8,\"usage\":9,\"max\":10,\"failcnt\":11},"
      "\"swap\":{\"limit\":18446744073709551615,\"usage\":12,\"failcnt\":0},\"raw\":{\"anon\":13}},"
      "\"pids\":{\"current\":14,\"limit\":15},"
      "\"blkio\":{\"ioServiceBytesRecursive\":[{\"major\":8,\"minor\":0,\"op\":\"Write\","
      "\"value\":16}],\"ioServicedRecursive\":[{\"major\":8,\"minor\":0,\"op\":\"Read\","
      "\"value\":17}]},"
      "\"hugetlb\":{\"2MB\":{\"usage\":18,\"failcnt\":19}},"
      "\"network_interfaces\":null}}\n");
}

BOOST_AUTO_TEST_CASE(a_class_of_service) {
  resctrl::Stats rdt;
  rdt.cache = {.cbm_mask = "fff",
               .min_cbm_bits = 2,
               .num_closids = 16,
               .root_schema = "L3:0=fff",
               .schema = "L3:0=f"};
  rdt.bandwidth = {.bandwidth_gran = 10,
                   .delay_linear = 1,
                   .min_bandwidth = 10,
                   .num_closids = 8,
                   .root_schema = "MB:0=100",
                   .schema = "MB:0=20"};
  rdt.monitored = {{.total_bytes = 1, .local_bytes = 2, .occupancy = 3},
                   {.total_bytes = {}, .local_bytes = {}, .occupancy = 4}};
  const std::string line = stats_event("a", {}, &rdt);
  BOOST_TEST(line ==
             "{\"type\":\"stats\",\"id\":\"a\",\"data\":{\"intel_rdt\":{"
             "\"l3_cache_info\":{\"cbm_mask\":\"fff\",\"min_cbm_bits\":2,\"num_closids\":16},"
             "\"l3_cache_schema_root\":\"L3:0=fff\",\"l3_cache_schema\":\"L3:0=f\","
             "\"mem_bw_info\":{\"bandwidth_gran\":10,\"delay_linear\":1,\"min_bandwidth\":10,"
             "\"num_closids\":8},\"mem_bw_schema_root\":\"MB:0=100\",\"mem_bw_schema\":\"MB:0=20\","
             "\"mbm_stats\":[{\"mbm_total_bytes\":1,\"mbm_local_bytes\":2}],"
             "\"cmt_stats\":[{\"llc_occupancy\":3},{\"llc_occupancy\":4}]},"
             "\"network_interfaces\":null}}\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::lifecycle
