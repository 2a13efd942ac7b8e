// Command lines of install and uninstall, below a temporary directory.
#include <fcntl.h>
#include <unistd.h>

#include "runtime/cli/cli.h"
#include "runtime/sys/unique_fd.h"
#include "runtime/testing/temp_dir.h"
#include "third_party/boost_test.h"

namespace oci::cli {
namespace {

// The exit code, or the error. The output is dropped.
std::string ran(std::vector<std::string> words) {
  std::vector<const char*> argv = {"oci-rt"};
  for (const std::string& word : words)
    argv.push_back(word.c_str());
  const sys::UniqueFd nowhere(open("/dev/null", O_WRONLY | O_CLOEXEC));
  std::fflush(stdout);
  const sys::UniqueFd before(fcntl(1, F_DUPFD_CLOEXEC, 3));
  BOOST_REQUIRE(dup2(nowhere.get(), 1) == 1);
  int failure_code = 1;
  const Result<int> code = execute(argv, failure_code);
  BOOST_REQUIRE(dup2(before.get(), 1) == 1);
  return code ? cat(code.value()) : code.error().message();
}

BOOST_AUTO_TEST_SUITE(install_options)

BOOST_AUTO_TEST_CASE(an_engine_must_be_named) {
  BOOST_TEST(ran({"install"}) ==
             "\"install\" requires exactly 1 argument(s): oci-rt install [OPTION...] "
             "podman|containerd|docker|crio");
  BOOST_TEST(ran({"install", "lxc"}) ==
             "ENGINE: expected one of podman, containerd, docker, crio, found 'lxc'");
  BOOST_TEST(ran({"uninstall", "--default", "crio"}).starts_with("unknown option '--default'"));
}

BOOST_AUTO_TEST_CASE(every_option_has_its_effect) {
  const testing::TempDir dir;
  const std::string file = "crio/crio.conf.d/50-oci-rt.conf", etc = dir.path() + "/";
  BOOST_TEST(ran({"install", "crio", "--etc", etc, "--path", "/x/oci-rt", "-n"}) == "0");
  BOOST_TEST(!dir.exists(file));
  BOOST_TEST(ran({"install", "crio", "--etc", etc, "--path", "/x/oci-rt", "--no-verify"}) == "0");
  BOOST_TEST(dir.read(file).find("runtime_path = \"/x/oci-rt\"\n") != std::string::npos);
  BOOST_TEST(dir.read(file).find("default_runtime") == std::string::npos);
  BOOST_TEST(ran({"install", "--default", "--etc", etc, "--path=/x/oci-rt", "--no-verify",
                  "crio"}) == "0");
  BOOST_TEST(dir.read(file).find("default_runtime = \"oci-rt\"\n") != std::string::npos);
  BOOST_TEST(ran({"uninstall", "crio", "--etc", etc, "--dry-run"}) == "0");
  BOOST_TEST(dir.exists(file));
  BOOST_TEST(ran({"uninstall", "crio", "--etc", etc}) == "0");
  BOOST_TEST(!dir.exists(file));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::cli
