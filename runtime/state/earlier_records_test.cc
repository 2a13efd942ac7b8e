// Records of earlier versions, as their programs wrote them: testdata/VERSION/NAME.json.
#include <filesystem>
#include <set>

#include "runtime/state/record.h"
#include "spec/testing.h"
#include "third_party/boost_test.h"
#include "third_party/rapidjson.h"

namespace oci::state {
namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<fs::path> earlier_records() {
  std::vector<fs::path> found;
  const fs::path top = fs::path(oci::testing::kSourceTree) / "runtime/state/testdata";
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(top)) {
    if (entry.path().extension() == ".json") found.push_back(entry.path());
  }
  return found;
}

BOOST_AUTO_TEST_CASE(records_of_earlier_versions_lose_no_member) {
  const std::vector<fs::path> paths = earlier_records();
  BOOST_TEST_REQUIRE(paths.size() >= 8u);
  for (const fs::path& path : paths) {
    BOOST_TEST_CONTEXT(path.string()) {
      const std::string text = content(path);
      const Result<Record> read = parse_record(text);
      BOOST_REQUIRE(read);
      rapidjson::Document before, now;
      before.Parse(text.data(), text.size());
      const std::string written = to_json(read.value());
      now.Parse(written.data(), written.size());
      BOOST_TEST_REQUIRE(before.IsObject());
      for (const auto& member : before.GetObject()) {
        const auto same = now.FindMember(member.name);
        BOOST_TEST_CONTEXT(member.name.GetString()) {
          BOOST_TEST_REQUIRE((same != now.MemberEnd()));
          BOOST_TEST((same->value == member.value));
        }
      }
    }
  }
}

// Together they have each member that a record can have, so that none of them goes unread.
BOOST_AUTO_TEST_CASE(records_of_earlier_versions_have_every_member) {
  std::set<std::string> seen;
  for (const fs::path& path : earlier_records()) {
    const std::string text = content(path);
    rapidjson::Document document;
    document.Parse(text.data(), text.size());
    for (const auto& member : document.GetObject())
      seen.insert(member.name.GetString());
  }
  for (const char* name : {"version",
                           "phase",
                           "id",
                           "bundle",
                           "rootfs",
                           "created",
                           "owner",
                           "bootId",
                           "runtimePid",
                           "runtimeStartTime",
                           "pid",
                           "startTime",
                           "cgroupDriver",
                           "cgroupPath",
                           "cgroupExisted",
                           "systemdUnit",
                           "systemdUser",
                           "checkBeforeUpdate",
                           "netDevices",
                           "netnsPath",
                           "rdtGroup",
                           "rdtMonitor",
                           "listenerPath",
                           "listenerMetadata",
                           "chrooted",
                           "rootMount",
                           "mountNamespace",
                           "noNewKeyring",
                           "hasProcess",
                           "annotations",
                           "poststart",
                           "poststop"}) {
    BOOST_TEST(seen.contains(name), name);
  }
}

}  // namespace
}  // namespace oci::state
