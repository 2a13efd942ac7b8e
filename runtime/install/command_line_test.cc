// Command lines of install and uninstall, below a temporary directory.
#include "runtime/install/command_line.h"

#include "runtime/cli/install_options.h"
#include "runtime/install/engines.h"
#include "runtime/install/test_files.h"
#include "runtime/testing/temp_dir.h"
#include "third_party/boost_test.h"

namespace oci::install {
namespace {

// "done" or the error.
std::string ran(const std::vector<std::string>& words) {
  const Result<std::string> text = execute(words);
  return text ? "done" : text.error().message();
}

BOOST_AUTO_TEST_SUITE(command_line)

BOOST_AUTO_TEST_CASE(an_engine_must_be_named) {
  BOOST_TEST(ran({"install"}) ==
             "\"install\" requires exactly 1 argument(s): oci-rt install [OPTION...] "
             "podman|containerd|docker|crio|k3s|rke2|buildkit|kubernetes");
  BOOST_TEST(ran({"uninstall", "podman", "docker"}).starts_with("\"uninstall\" requires exactly"));
  BOOST_TEST(ran({"install", "nerdctl"}).find("`nerdctl run --runtime PATH`") != std::string::npos);
  BOOST_TEST(ran({"install", "lxc"}) ==
             "ENGINE: expected one of podman, containerd, docker, crio, k3s, rke2, buildkit, "
             "kubernetes, found 'lxc'");
}

BOOST_AUTO_TEST_CASE(a_bad_option_is_refused) {
  BOOST_TEST(ran({"uninstall", "--default", "crio"}).starts_with("unknown option '--default'"));
  BOOST_TEST(ran({"install", "crio", "--dry-rum=1"}) ==
             "unknown option '--dry-rum' of oci-rt install; did you mean --dry-run?");
  BOOST_TEST(ran({"install", "crio", "-x"}) ==
             "unknown option '-x' of oci-rt install; see oci-rt install --help");
  BOOST_TEST(ran({"install", "crio", "--path"}) == "option --path requires an argument: PATH");
}

// Behind "--" a word is an operand, whatever it looks like.
BOOST_AUTO_TEST_CASE(no_option_is_read_behind_two_dashes) {
  BOOST_TEST(ran({"install", "--", "docker", "--etc", "D"})
                 .starts_with("\"install\" requires exactly 1 argument(s): "));
  BOOST_TEST(ran({"install", "--", "--etc"}).ends_with(", found '--etc'"));
  BOOST_TEST(ran({"uninstall", "--", "-n"}).ends_with(", found '-n'"));
  BOOST_TEST(
      ran({"install", "crio", "--", "--dry-rum"}).starts_with("\"install\" requires exactly"));
  const testing::TempDir dir;
  BOOST_TEST(ran({"install", "-n", "--path=/x/oci-rt", "-etc", dir.path(), "--", "crio"}) ==
             "done");
  // As with the other verbs, the next word is the value.
  BOOST_TEST(ran({"uninstall", "crio", "--etc", "--"}) == "option --etc: '--' must begin with '/'");
}

BOOST_AUTO_TEST_CASE(the_help_names_each_engine) {
  std::string names;
  for (const EngineRow& row : engines())
    names += cat(row.name, "|");
  BOOST_TEST(cli::kEngineNames == names + "kubernetes");
}

BOOST_AUTO_TEST_CASE(the_help_is_in_the_form_of_the_other_verbs) {
  BOOST_TEST(
      good(execute({"install", "--help", "--bogus"})) ==
      "Configures an engine to use oci-rt.\n"
      "Usage:\n"
      "  oci-rt install [OPTION...] podman|containerd|docker|crio|k3s|rke2|buildkit|kubernetes\n"
      "\n"
      "      --default        also make oci-rt the engine's default runtime\n"
      "      --path PATH      path of oci-rt (default: this program)\n"
      "      --no-verify      do not ask the engine to check its configuration\n"
      "  -n, --dry-run        show the change and write nothing\n"
      "      --etc DIR        write below DIR instead of /etc, for packages\n"
      "      --engine NAME    for kubernetes: the node's engine\n"
      "      --host-root DIR  for kubernetes: where the node's root is mounted\n"
      "      --restart        for kubernetes: load it, if that keeps the pods\n"
      "  -h, --help           show this help\n");
  const std::string other = good(execute({"uninstall", "-h"}));
  BOOST_TEST(other.starts_with("Removes the configuration that `install` wrote.\nUsage:\n"));
  BOOST_TEST(other.find("--path") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_options_of_a_node_are_for_kubernetes) {
  for (const char* option : {"--engine=crio", "--host-root=/host", "--restart"}) {
    const std::string name = std::string(option).substr(0, std::string(option).find('='));
    BOOST_TEST(ran({"install", "crio", option}) == cat("option ", name, ": only for kubernetes"));
    BOOST_TEST(ran({"uninstall", "crio", option}) == cat("option ", name, ": only for kubernetes"));
  }
  BOOST_TEST(
      ran({"install", "kubernetes", "--etc", "/x"}).starts_with("option --etc: kubernetes "));
  BOOST_TEST(ran({"install", "kubernetes", "--host-root", "x"}) ==
             "option --host-root: 'x' must begin with '/'");
  BOOST_TEST(ran({"uninstall", "kubernetes", "--engine", "docker"}) ==
             "option --engine: expected one of containerd, k3s, rke2, crio, found 'docker'");
}

BOOST_AUTO_TEST_CASE(every_option_has_its_effect) {
  const testing::TempDir dir;
  const std::string file = "crio/crio.conf.d/50-oci-rt.conf", etc = dir.path() + "/";
  BOOST_TEST(ran({"install", "crio", "--etc", etc, "--path", "/x/oci-rt", "-n"}) == "done");
  BOOST_TEST(!dir.exists(file));
  BOOST_TEST(ran({"install", "crio", "-etc", etc, "--path", "/x/oci-rt", "--no-verify"}) == "done");
  BOOST_TEST(dir.read(file).find("runtime_path = \"/x/oci-rt\"\n") != std::string::npos);
  BOOST_TEST(dir.read(file).find("default_runtime") == std::string::npos);
  BOOST_TEST(ran({"install", "--default", "--etc", etc, "--path=/x/oci-rt", "--no-verify",
                  "crio"}) == "done");
  BOOST_TEST(dir.read(file).find("default_runtime = \"oci-rt\"\n") != std::string::npos);
  BOOST_TEST(ran({"uninstall", "crio", "--etc", etc, "--dry-run"}) == "done");
  BOOST_TEST(dir.exists(file));
  BOOST_TEST(ran({"uninstall", "crio", "--etc", etc}) == "done");
  BOOST_TEST(!dir.exists(file));
}

BOOST_AUTO_TEST_CASE(the_path_comes_from_the_runtime) {
  const testing::TempDir dir;
  BOOST_TEST(ran({"install", "crio", "--etc", dir.path()}) ==
             "the path of this program is unknown; give --path PATH");
  BOOST_TEST(ran({"--runtime=/usr/bin/env", "install", "crio", "--etc", dir.path()}) == "done");
  BOOST_TEST(dir.read("crio/crio.conf.d/50-oci-rt.conf").find("\"/usr/bin/env\"\n") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(by_hand_it_says_how) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{}, {"--runtime=/x"}, {"run"}}) {
    BOOST_TEST(ran(words) == "oci-rt-install: executed by oci-rt; see oci-rt install --help");
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::install
