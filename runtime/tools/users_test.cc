#include "runtime/tools/users.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/sys/file.h"
#include "runtime/sys/unique_fd.h"
#include "runtime/testing/temp_dir.h"
#include "third_party/boost_test.h"

namespace oci::tools {
namespace {

const UserFiles kFiles = {
    .passwd =
        "root:x:0:0:root:/root:/bin/sh\n"
        "broken:x:abc:1::/:\n"
        "short:x:5\n"
        "web:x:33:34:Web:/var/www:/bin/sh\n"
        "web:x:99:99:a second one:/:\n"
        "123:x:7:7::/:",
    .group = "root:x:0:\nadm:x:4:root,web\nwww:x:34:web\ntty:x:5:webber\nweb-data:x:35:x,web\n"};

std::string shown(std::string_view text) {
  const Result<UserIds> ids = find_user(kFiles, "user", text);
  if (!ids) return ids.error().message();
  std::string out = cat(ids.value().uid, ":", ids.value().gid);
  for (const uint32_t gid : ids.value().groups)
    out += cat("+", gid);
  return out;
}

BOOST_AUTO_TEST_CASE(users_are_names_or_numbers) {
  BOOST_TEST(shown("web") == "33:34+4+35");
  BOOST_TEST(shown("33") == "33:34+4+35");
  BOOST_TEST(shown("web:adm") == "33:4");
  BOOST_TEST(shown("web:9") == "33:9");
  BOOST_TEST(shown("12") == "12:0");
  BOOST_TEST(shown("12:adm") == "12:4");
  BOOST_TEST(shown("7") == "7:7");  // the last line has no end
  // A number is a number, even if a user has it as a name.
  BOOST_TEST(shown("123") == "123:0");
}

BOOST_AUTO_TEST_CASE(an_unknown_user_is_refused) {
  BOOST_TEST(shown("nobody") ==
             "option --user: the container's /etc/passwd has no user 'nobody'; use a number");
  BOOST_TEST(shown("web:nogroup") ==
             "option --user: the container's /etc/group has no group 'nogroup'; use a number");
  BOOST_TEST(!find_user(kFiles, "user", "broken"));
  BOOST_TEST(!find_user(kFiles, "user", "short"));
  BOOST_TEST(!find_user(kFiles, "user", ""));
  BOOST_TEST(!find_user(kFiles, "user", "web:"));
  BOOST_TEST(!find_user(kFiles, "user", "4294967295"));
  BOOST_TEST(!find_user({}, "user", "root"));
}

BOOST_AUTO_TEST_CASE(files_are_read_inside_the_root) {
  const testing::TempDir dir;
  const sys::UniqueFd root(::open(dir.path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  BOOST_TEST(read_user_files(root.get()).value().passwd == "");  // there is no etc
  ::mkdir(cat(dir.path(), "/etc").c_str(), 0755);
  // A link of the image leads to a file of the image.
  BOOST_REQUIRE(::symlink("/../../secret", cat(dir.path(), "/etc/passwd").c_str()) == 0);
  const sys::UniqueFd secret(
      ::open(cat(dir.path(), "/secret").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  BOOST_REQUIRE(bool(sys::write_all(secret.get(), "inside", "secret")));
  BOOST_TEST(read_user_files(root.get()).value().passwd == "inside");
  ::unlink(cat(dir.path(), "/etc/passwd").c_str());
  BOOST_REQUIRE(::mkfifo(cat(dir.path(), "/etc/passwd").c_str(), 0600) == 0);
  BOOST_TEST(!read_user_files(root.get()));
}

}  // namespace
}  // namespace oci::tools
