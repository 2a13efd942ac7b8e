#include "runtime/criu/images.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "runtime/criu/streams.h"
#include "runtime/sys/file.h"
#include "third_party/boost_test.h"

namespace oci::criu {
namespace {

using namespace std::string_literals;

struct Directory {
  Directory() {
    char name[] = "/tmp/criu-images-XXXXXX";
    path = ::mkdtemp(name);
    fd = sys::open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY).value();
  }
  ~Directory() { std::filesystem::remove_all(path); }
  void write(const std::string& name, const std::string& content) const {
    std::ofstream(path + "/" + name) << content;
  }

  std::string path;
  sys::UniqueFd fd;
};

// Two magic numbers, and a record with its size.
const std::string kHead = "\x19\x43\x56\x54\x28\x39\x56\x55"s;

BOOST_AUTO_TEST_SUITE(images)

BOOST_AUTO_TEST_CASE(records_have_their_size) {
  const std::string image = kHead + "\x02\x00\x00\x00\x08\x01\x00\x00\x00\x00"s;
  const auto records = records_of(image);
  BOOST_TEST_REQUIRE(!!records);
  BOOST_TEST_REQUIRE(records.value().size() == 2U);
  BOOST_TEST(records.value()[0] == "\x08\x01");
  BOOST_TEST(records.value()[1].empty());
  // The inventory has one magic number.
  BOOST_TEST(records_of("\x16\x31\x31\x58\x02\x00\x00\x00\x08\x01"s).value().size() == 1U);
  for (const std::string& bad : {""s, "\x19\x43"s, kHead.substr(0, 6), kHead + "\x01\x00"s,
                                 kHead + "\x09\x00\x00\x00\x08"s}) {
    BOOST_TEST(!records_of(bad));
  }
}

BOOST_AUTO_TEST_CASE(only_a_directory_with_its_inventory_is_complete) {
  const Directory directory;
  const Status none = check_complete(directory.fd.get(), "/img");
  BOOST_TEST_REQUIRE(!none);
  BOOST_TEST(none.error().message() ==
             "option --image-path: '/img' has no complete checkpoint: there is no inventory.img");
  directory.write(kInventory, "\x16\x31\x31\x58\x09\x00"s);
  BOOST_TEST(!check_complete(directory.fd.get(), "/img"));
  directory.write(kInventory, "\x16\x31\x31\x58\x02\x00\x00\x00\x08\x01"s);
  BOOST_TEST(!!check_complete(directory.fd.get(), "/img"));
}

BOOST_AUTO_TEST_CASE(the_names_of_external_mounts_are_read) {
  const Directory directory;
  // A volume, a mount of CRIU's own, and a masked file.
  directory.write("mountpoints-13.img",
                  kHead + "\x15\x00\x00\x00\x28\x05\x32\x02/s\x3a\x05/data\x92\x01\x05/data"s +
                      "\x02\x00\x00\x00\x08\x01"s +
                      "\x17\x00\x00\x00\x08\x03\x32\x05/null\x3a\x03./x\x92\x01\x06masked"s);
  directory.write("core-1.img", "no image");
  const auto mounts = external_mounts_in(directory.fd.get());
  BOOST_TEST_REQUIRE(!!mounts);
  BOOST_TEST_REQUIRE(mounts.value().size() == 2U);
  BOOST_TEST(mounts.value()[0].name == "/data");
  BOOST_TEST(mounts.value()[0].place == "/data");
  BOOST_TEST(mounts.value()[0].flags == 5U);
  BOOST_TEST(!mounts.value()[0].is_null_device);
  BOOST_TEST(mounts.value()[1].name == "masked");
  BOOST_TEST(mounts.value()[1].place == "/x");
  BOOST_TEST(mounts.value()[1].is_null_device);
  directory.write("mountpoints-14.img", kHead + "\x09"s);
  BOOST_TEST(!external_mounts_in(directory.fd.get()));
}

BOOST_AUTO_TEST_CASE(a_directory_is_made_with_its_parents) {
  const Directory directory;
  const std::string path = directory.path + "/a/b";
  BOOST_TEST(!!make_directory(path, "image-path"));
  BOOST_TEST(!!make_directory(path, "image-path"));
  BOOST_TEST(std::filesystem::is_directory(path));
  directory.write("file", "");
  const auto refused = make_directory(directory.path + "/file/b", "image-path");
  BOOST_TEST_REQUIRE(!refused);
  BOOST_TEST(refused.error().message().starts_with("option --image-path: "));
}

BOOST_AUTO_TEST_CASE(streams_are_named_as_by_other_runtimes) {
  BOOST_TEST(streams_json({"/dev/null", "pipe:[12]", "a\"b"}) ==
             "[\"/dev/null\",\"pipe:[12]\",\"a\\\"b\"]");
  const auto names = parse_streams("[\"/dev/null\",\"pipe:[12]\",null]");
  BOOST_TEST_REQUIRE(!!names);
  BOOST_TEST_REQUIRE(names.value().size() == 3U);
  BOOST_TEST(!can_be_inherited(names.value()[0]));
  BOOST_TEST(can_be_inherited(names.value()[1]));
  BOOST_TEST(!is_external(names.value()[1]));
  BOOST_TEST(is_external("file[2a:1]"));
  BOOST_TEST(!parse_streams("{}"));
  BOOST_TEST(!parse_streams("["));
}

// A pipe has its number as its name, and a file where the container has no mount for it one of
// ours.
BOOST_AUTO_TEST_CASE(the_streams_of_a_process_are_found) {
  const auto names = streams_of(::getpid(), {});
  BOOST_TEST_REQUIRE(!!names);
  BOOST_TEST(names.value().size() == 3U);
  for (const std::string& name : names.value())
    BOOST_TEST(!name.starts_with("/"), name);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::criu
