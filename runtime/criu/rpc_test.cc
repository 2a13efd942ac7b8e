#include "runtime/criu/rpc.h"

#include <algorithm>

#include "runtime/criu/protobuf.h"
#include "third_party/boost_test.h"

namespace oci::criu {
namespace {

using namespace std::string_view_literals;

std::vector<Field> fields_of(std::string_view message) {
  return decode(message).value();
}

BOOST_AUTO_TEST_SUITE(rpc)

BOOST_AUTO_TEST_CASE(a_request_without_options_is_its_type) {
  BOOST_TEST(encode({.type = Type::kVersion}) == "\x08\x0a"sv);
  BOOST_TEST(encode({.type = Type::kNotify, .notify_success = true}) == "\x08\x06\x18\x01"sv);
  BOOST_TEST(encode({.type = Type::kFeatureCheck, .features = {.mem_track = true}}) ==
             "\x08\x09\x2a\x02\x08\x01"sv);
}

// The numbers are those of criu_opts in images/rpc.proto.
BOOST_AUTO_TEST_CASE(options_have_their_numbers) {
  Options options{.images_dir = 5, .work_dir = 6, .pid = 77, .log_level = 4};
  options.cgroup_mode = CgroupMode::kIgnore;
  options.network_lock = NetworkLock::kSkip;
  options.empty_namespaces = 0x40000000;
  options.log_file = "dump.log";
  options.root = "/r";
  options.parent_images = "../p";
  options.freeze_cgroup = "/c";
  options.config_file = "/f";
  options.lsm_profile = "selinux:l";
  options.lsm_mount_context = "m";
  options.page_server = {"::1", 9};
  options.cgroup_root = {"", "/web"};
  options.external_mounts = {{"/data", "/data"}};
  options.external = {"net[1]:extRootNetNS"};
  options.inherited = {{"pipe:[1]", 1}};
  options.joined = {{"ipc", "/proc/1/ns/ipc"}};
  for (bool Options::*flag :
       {&Options::leave_running, &Options::ext_unix_sk, &Options::tcp_established,
        &Options::evasive_devices, &Options::shell_job, &Options::file_locks,
        &Options::notify_scripts, &Options::track_mem, &Options::auto_dedup, &Options::link_remap,
        &Options::rst_sibling, &Options::tcp_skip_in_flight, &Options::lazy_pages,
        &Options::orphan_pts_master, &Options::tcp_close}) {
    options.*flag = true;
  }
  const std::string message = encode({.type = Type::kDump, .options = &options});
  const std::vector<Field> request = fields_of(message);
  BOOST_TEST_REQUIRE(request.size() == 2U);
  BOOST_TEST(request[0].value == 1U);
  BOOST_TEST(request[1].number == 2U);
  std::vector<uint32_t> numbers;
  for (const Field& field : fields_of(request[1].text)) {
    numbers.push_back(field.number);
    if (field.number == 1) BOOST_TEST(field.value == 5U);
    if (field.number == 2) BOOST_TEST(field.value == 77U);
    if (field.number == 17) BOOST_TEST(field.value == 6U);
    if (field.number == 34) BOOST_TEST(field.value == 0U);
    if (field.number == 44) BOOST_TEST(field.text == "/c");
    if (field.number == 27) BOOST_TEST(field.text == "\x0a\x08pipe:[1]\x10\x01"sv);
    if (field.number == 25) BOOST_TEST(field.text == "\x0a\x00\x12\x04/web"sv);
    if (field.number == 11) BOOST_TEST(field.text == "\x0a\x03::1\x10\x09"sv);
  }
  std::ranges::sort(numbers);
  const std::vector<uint32_t> expected = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12,
                                          13, 14, 15, 16, 17, 18, 23, 24, 25, 26, 27, 34,
                                          37, 38, 39, 44, 46, 48, 50, 51, 52, 53, 63, 64};
  BOOST_TEST(numbers == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(absent_options_are_not_sent) {
  const Options none;
  const std::string message = encode({.type = Type::kRestore, .options = &none});
  BOOST_TEST(fields_of(fields_of(message)[1].text).size() == 1U);
}

BOOST_AUTO_TEST_CASE(answers_are_read) {
  const Response version =
      decode_response("\x08\x0a\x10\x01\x52\x06\x08\x04\x10\x02\x20\x01"sv).value();
  BOOST_TEST((version.type == Type::kVersion));
  BOOST_TEST(version.success);
  BOOST_TEST(version.version == 40201);
  BOOST_TEST(version_text(version.version) == "4.2.1");
  BOOST_TEST(version_text(31500) == "3.15");
  const Response notify =
      decode_response("\x08\x06\x10\x01\x2a\x11\x0a\x0cpost-restore\x10\x80\x01"sv).value();
  BOOST_TEST(notify.script == "post-restore");
  BOOST_TEST(notify.pid == 128);
  const Response failed = decode_response("\x08\x01\x10\x00\x38\x03\x4a\x03\x62\x61\x64"sv).value();
  BOOST_TEST(!failed.success);
  BOOST_TEST(failed.error == 3);
  BOOST_TEST(failed.message == "bad");
  const Response restored = decode_response("\x08\x02\x10\x01\x22\x02\x08\x09"sv).value();
  BOOST_TEST(restored.restored_pid == 9);
  const Response features = decode_response("\x08\x09\x10\x01\x42\x04\x08\x01\x10\x00"sv).value();
  BOOST_TEST(features.features.mem_track);
  BOOST_TEST(!features.features.lazy_pages);
  BOOST_TEST(!decode_response("\x08"sv));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::criu
