// Runs on a plain directory that looks like resctrl.
#include "runtime/resctrl/stats.h"

#include <fcntl.h>

#include "runtime/sys/file.h"
#include "runtime/testing/temp_dir.h"
#include "third_party/boost_test.h"

namespace oci::resctrl {
namespace {

struct Fake {
  Fake() {
    for (const char* name :
         {"info", "info/L3", "info/MB", "web1", "web1/mon_data", "web1/mon_data/mon_L3_00",
          "web1/mon_groups", "web1/mon_groups/web1", "web1/mon_groups/web1/mon_data",
          "web1/mon_groups/web1/mon_data/mon_L3_01", "web1/mon_groups/web1/mon_data/mon_L3_00"}) {
      temp.make_dir(name);
    }
    temp.write("info/L3/cbm_mask", "fff\n");
    temp.write("info/L3/min_cbm_bits", "2\n");
    temp.write("info/L3/num_closids", "16\n");
    temp.write("schemata", "    L3:0=fff;1=fff\n    MB:0=100;1=100\n");
    temp.write("web1/schemata", "    L3:0=f;1=f0\n    MB:0=20;1=70\n");
  }

  Stats read(const wire::ResctrlGroup& wanted = {.path = "web1"}) const {
    const Tree tree = {.root = sys::open_at(AT_FDCWD, temp.path(), O_RDONLY | O_DIRECTORY).value()};
    Result<Stats> stats = read_stats(tree, wanted);
    BOOST_REQUIRE(stats);
    return std::move(stats).value();
  }

  testing::TempDir temp;
};

BOOST_FIXTURE_TEST_SUITE(resctrl_stats, Fake)

BOOST_AUTO_TEST_CASE(what_the_processor_has_and_what_the_class_gets) {
  const Stats stats = read();
  BOOST_REQUIRE(stats.cache);
  BOOST_TEST(stats.cache->cbm_mask == "fff");
  BOOST_TEST(stats.cache->min_cbm_bits.value() == 2U);
  BOOST_TEST(stats.cache->num_closids.value() == 16U);
  BOOST_TEST(stats.cache->root_schema == "L3:0=fff;1=fff");
  BOOST_TEST(stats.cache->schema == "L3:0=f;1=f0");
  BOOST_TEST(!stats.bandwidth);  // info/MB is empty: it cannot be limited
}

BOOST_AUTO_TEST_CASE(bandwidth) {
  temp.write("info/MB/bandwidth_gran", "10\n");
  temp.write("info/MB/delay_linear", "1\n");
  const Stats stats = read();
  BOOST_REQUIRE(stats.bandwidth);
  BOOST_TEST(stats.bandwidth->bandwidth_gran.value() == 10U);
  BOOST_TEST(stats.bandwidth->delay_linear.value() == 1U);
  BOOST_TEST(!stats.bandwidth->num_closids);
  BOOST_TEST(stats.bandwidth->schema == "MB:0=20;1=70");
}

BOOST_AUTO_TEST_CASE(a_class_without_monitoring_group_counts_by_itself) {
  temp.write("web1/mon_data/mon_L3_00/llc_occupancy", "4096\n");
  const Stats stats = read();
  BOOST_REQUIRE(stats.monitored.size() == 1U);
  BOOST_TEST(stats.monitored[0].occupancy.value() == 4096U);
  BOOST_TEST(!stats.monitored[0].total_bytes);
}

BOOST_AUTO_TEST_CASE(a_monitoring_group_counts_a_cache_at_a_time) {
  const std::string data = "web1/mon_groups/web1/mon_data/";
  temp.write(data + "mon_L3_00/mbm_total_bytes", "7\n");
  temp.write(data + "mon_L3_00/mbm_local_bytes", "Unavailable\n");
  temp.write(data + "mon_L3_01/mbm_total_bytes", "9\n");
  const Stats stats = read({.path = "web1", .monitor = "web1/mon_groups/web1"});
  BOOST_REQUIRE(stats.monitored.size() == 2U);
  BOOST_TEST(stats.monitored[0].total_bytes.value() == 7U);
  BOOST_TEST(!stats.monitored[0].local_bytes);
  BOOST_TEST(stats.monitored[1].total_bytes.value() == 9U);
}

BOOST_AUTO_TEST_CASE(a_named_class) {
  temp.make_dir("gold");
  temp.write("gold/schemata", "L3:0=3;1=3\n");
  BOOST_TEST(read({.path = "gold"}).cache->schema == "L3:0=3;1=3");
  BOOST_TEST(read({.path = "."}).cache->schema == "L3:0=fff;1=fff");
}

BOOST_AUTO_TEST_CASE(a_class_that_is_gone) {
  const Tree tree = {.root = sys::open_at(AT_FDCWD, temp.path(), O_RDONLY | O_DIRECTORY).value()};
  const Result<Stats> stats = read_stats(tree, {.path = "web2"});
  BOOST_REQUIRE(!stats);
  BOOST_TEST((stats.error().kind() == ErrorKind::kNotFound));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::resctrl
