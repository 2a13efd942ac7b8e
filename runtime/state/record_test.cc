#include "runtime/state/record.h"

#include "third_party/boost_test.h"

namespace oci::state {
namespace {

Record full() {
  Record record;
  record.phase = Phase::kCreated;
  record.id = "web1";
  record.bundle = "/b \"quoted\"\n";
  record.rootfs = "/b/rootfs";
  record.created = "2026-01-02T03:04:05.000000006Z";
  record.owner = 4294967295;
  record.boot_id = "7b1ac9cd-8a2b-4a54-a3a1-2e1e0f7f9f55";
  record.runtime_pid = 11;
  record.runtime_start_time = 12;
  record.pid = 13;
  record.start_time = UINT64_MAX;
  record.cgroup_driver = "cgroupfs";
  record.cgroup_path = "/a/web1";
  record.cgroup_existed = 1;
  record.cgroup_inode = 4711;
  record.systemd_unit = "oci-web1.scope";
  record.systemd_user = true;
  record.annotations = {
      {"z", "1"}, {"a", ""}, {"m", "\xff"}, {std::string("n\0o", 3), std::string("\0", 1)}};
  record.poststart = {
      {.path = "/bin/a", .args = {"a", "b"}, .env = std::vector<std::string>{"X=1"}, .timeout = 7}};
  record.poststop = {{.path = "/bin/c", .args = {}, .env = std::vector<std::string>()},
                     {.path = "/bin/d"}};
  record.has_process = false;
  return record;
}

BOOST_AUTO_TEST_CASE(a_record_survives_its_file) {
  const std::string text = to_json(full());
  const Result<Record> read = parse_record(text);
  BOOST_REQUIRE(read);
  BOOST_TEST(to_json(read.value()) == text);
  BOOST_TEST(read.value().start_time == UINT64_MAX);
  BOOST_TEST(read.value().annotations[0].first == "z");  // in the order given
  BOOST_TEST((read.value().annotations == full().annotations));
  BOOST_TEST(read.value().poststart[0].timeout.value() == 7);
  BOOST_TEST(
      read.value().poststop[0].env.value().empty());  // an empty env differs from an absent one
  BOOST_TEST(!read.value().poststop[1].env.has_value());
  BOOST_TEST(!read.value().poststop[1].timeout.has_value());
  BOOST_TEST((read.value().phase == Phase::kCreated));
  BOOST_TEST(!read.value().has_process);
}

BOOST_AUTO_TEST_CASE(what_is_taken_of_the_host_survives_too) {
  Record record = full();
  record.phase = Phase::kCreating;
  record.check_before_update = true;
  record.net_devices = {{.host_name = "eth1",
                         .host_index = 7,
                         .transit_name = "p",
                         .name = "x%d",
                         .returns_to_host = true}};
  record.netns_path = "/run/netns/a";
  record.rdt_group = "web1";
  record.rdt_monitor = "web1/mon_groups/web1";
  const Result<Record> read = parse_record(to_json(record));
  BOOST_REQUIRE(read);
  BOOST_TEST(to_json(read.value()) == to_json(record));
  BOOST_TEST(read.value().check_before_update);
  BOOST_REQUIRE(read.value().net_devices.size() == 1u);
  BOOST_TEST(read.value().net_devices[0].host_index == 7);
  BOOST_TEST(read.value().net_devices[0].name == "x%d");
  BOOST_TEST(read.value().net_devices[0].returns_to_host);
  BOOST_TEST(read.value().rdt_monitor == "web1/mon_groups/web1");
}

BOOST_AUTO_TEST_CASE(the_format_is_a_promise) {
  Record record = full();
  record.annotations.clear();
  record.poststart.clear();
  record.poststop.resize(1);
  BOOST_TEST(
      to_json(record) ==
      R"({"version":1,"phase":"created","id":"web1","bundle":"/b \"quoted\"\n",)"
      R"("rootfs":"/b/rootfs","created":"2026-01-02T03:04:05.000000006Z",)"
      R"("owner":4294967295,"bootId":"7b1ac9cd-8a2b-4a54-a3a1-2e1e0f7f9f55",)"
      R"("runtimePid":11,"runtimeStartTime":12,"pid":13,"startTime":18446744073709551615,)"
      R"("cgroupDriver":"cgroupfs","cgroupPath":"/a/web1","cgroupExisted":1,"cgroupInode":4711,)"
      R"("systemdUnit":"oci-web1.scope","systemdUser":true,)"
      R"("hasProcess":false,"poststop":[{"path":"/bin/c","args":[],"env":[]}]})");
}

BOOST_AUTO_TEST_CASE(other_versions_are_read_as_far_as_they_go) {
  const Result<Record> read = parse_record(
      R"({"id":"x","version":9,"phase":"frozen","new":{"a":[1]},"hasProcess":3,"bundle":[],)"
      R"("annotations":{"a":1,"b":"2"},"poststop":[{"args":["no path"]},7,{"path":"/p"}]})");
  BOOST_REQUIRE(read);
  BOOST_TEST(read.value().version == 9);
  BOOST_TEST((read.value().phase == Phase::kCreated));
  BOOST_TEST(read.value().bundle == "");
  BOOST_TEST(read.value().annotations.size() == 1u);
  BOOST_TEST(read.value().poststop.size() == 1u);
  BOOST_TEST(read.value().has_process);
}

BOOST_AUTO_TEST_CASE(damaged_records_are_errors_and_never_more) {
  for (const char* text :
       {"", "{", "[]", "null", "{\"id\":7}", "{\"id\":\"\"}", "\x01\x02", "{} x",
        R"({"id":"x","pid":"13"})", R"({"id":"x","startTime":-1})", R"({"id":"x","bootId":7})",
        R"({"id":"x","cgroupPath":["/"]})", R"({"id":"x","cgroupExisted":"1"})"}) {
    BOOST_TEST(!parse_record(text), text);
  }
  const std::string text = to_json(full());
  for (size_t size = 0; size < text.size(); ++size) {
    BOOST_TEST_REQUIRE(!parse_record(text.substr(0, size)));
  }
  for (size_t i = 0; i < text.size(); ++i) {  // one wrong byte anywhere must not crash
    for (const char wrong : {'\0', '"', '{', '9'}) {
      std::string copy = text;
      copy[i] = wrong;
      (void)parse_record(copy);
    }
  }
  BOOST_TEST(!parse_record(std::string(1'000'000, '[')));
}

BOOST_AUTO_TEST_CASE(times_are_written_in_utc) {
  const std::pair<timespec, const char*> expected[] = {
      {{0, 0}, "1970-01-01T00:00:00.000000000Z"},
      {{951782399, 1}, "2000-02-28T23:59:59.000000001Z"},
      {{951782400, 0}, "2000-02-29T00:00:00.000000000Z"},
      {{951868800, 0}, "2000-03-01T00:00:00.000000000Z"},
      {{1767225599, 999999999}, "2025-12-31T23:59:59.999999999Z"},
      {{1767323045, 123456789}, "2026-01-02T03:04:05.123456789Z"},
      {{4107542400, 0}, "2100-03-01T00:00:00.000000000Z"},
      {{-1, 0}, "1969-12-31T23:59:59.000000000Z"},
  };
  for (const auto& [time, text] : expected)
    BOOST_TEST(rfc3339(time) == text);
}

BOOST_AUTO_TEST_CASE(every_day_of_four_centuries_agrees_with_the_c_library) {
  for (time_t day = 0; day < 146097; ++day) {
    const time_t seconds = day * 86400 + 3661;
    std::tm parts = {};
    ::gmtime_r(&seconds, &parts);
    char text[64];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.000000000Z", &parts);
    BOOST_TEST_REQUIRE(rfc3339({seconds, 0}) == text);
  }
}

}  // namespace
}  // namespace oci::state
