#include "runtime/criu/commands.h"

#include "runtime/cli/command.h"
#include "third_party/boost_test.h"

namespace oci::criu {
namespace {

using Words = std::vector<const char*>;

const cli::Syntax& syntax_of(std::string_view verb) {
  return cli::find_command(verb).value()->syntax;
}

Result<CheckpointOptions> checkpoint_of(const Words& words) {
  return checkpoint_options(OCI_TRY(cli::parse_arguments(syntax_of("checkpoint"), words, {})));
}

Result<RestoreOptions> restore_of(const Words& words) {
  return restore_options(OCI_TRY(cli::parse_arguments(syntax_of("restore"), words, {})));
}

std::string error_of(const Words& words) {
  const Result<CheckpointOptions> options = checkpoint_of(words);
  return options ? "" : options.error().message();
}

BOOST_AUTO_TEST_SUITE(criu_commands)

// The command lines of go-runc and conmon.
BOOST_AUTO_TEST_CASE(every_option_of_clients_is_taken) {
  const auto taken = checkpoint_of({"--image-path",
                                    "/i",
                                    "--work-path",
                                    "/w",
                                    "--parent-path",
                                    "../p",
                                    "--tcp-established",
                                    "--ext-unix-sk",
                                    "--shell-job",
                                    "--page-server",
                                    "[::1]:27",
                                    "--file-locks",
                                    "--manage-cgroups-mode",
                                    "soft",
                                    "--empty-ns",
                                    "network",
                                    "--lazy-pages",
                                    "--status-fd",
                                    "3",
                                    "--leave-running",
                                    "--pre-dump",
                                    "web"});
  BOOST_TEST_REQUIRE(!!taken);
  const CheckpointOptions& dump = taken.value();
  BOOST_TEST(dump.id == "web");
  BOOST_TEST(dump.image_path == "/i");
  BOOST_TEST(dump.work_path == "/w");
  BOOST_TEST(dump.parent_path == "../p");
  BOOST_TEST((dump.tcp_established && dump.ext_unix_sk && dump.shell_job && dump.file_locks));
  BOOST_TEST((dump.lazy_pages && dump.leave_running && dump.pre_dump && dump.empty_network));
  BOOST_TEST((dump.cgroup_mode == CgroupMode::kSoft));
  BOOST_TEST(dump.page_server->address == "::1");
  BOOST_TEST(dump.page_server->port == 27);
  BOOST_TEST(dump.status_fd.value() == 3);

  const auto given = restore_of(
      {"--image-path", "/i", "--work-path", "/w", "--tcp-close", "--detach", "--pid-file", "/f",
       "--console-socket", "/s", "--no-pivot", "-no-subreaper", "--network-lock", "skip",
       "--lsm-mount-context=l", "--lsm-profile=selinux:l", "--bundle", "/b", "web"});
  BOOST_TEST_REQUIRE(!!given);
  const RestoreOptions& restored = given.value();
  BOOST_TEST(restored.create.id == "web");
  BOOST_TEST(restored.create.bundle == "/b");
  BOOST_TEST(restored.create.pid_file == "/f");
  BOOST_TEST(restored.create.console_socket == "/s");
  BOOST_TEST(restored.lsm_profile == "selinux:l");
  BOOST_TEST(restored.lsm_mount_context == "l");
  BOOST_TEST((restored.detach && restored.tcp_close && !restored.tcp_established));
  BOOST_TEST((restored.network_lock == NetworkLock::kSkip));
  BOOST_TEST(!restored.cgroup_mode);
}

BOOST_AUTO_TEST_CASE(a_bad_value_is_named) {
  BOOST_TEST(error_of({"--empty-ns", "ipc", "web"}) ==
             "option --empty-ns: namespace \"ipc\" is not supported, only network is");
  for (const char* server : {"host", "host:", ":1", "host:0", "host:65536", "host:1x"}) {
    BOOST_TEST(error_of({"--page-server", server, "web"}) ==
               cat("option --page-server: expected ADDRESS:PORT, found '", server, "'"));
  }
  BOOST_TEST(error_of({"--manage-cgroups-mode", "hard", "web"}) ==
             "option --manage-cgroups-mode: expected one of soft, full, strict, ignore, found "
             "'hard'");
  BOOST_TEST(!error_of({"--status-fd", "x", "web"}).empty());
  BOOST_TEST(!error_of({}).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::criu
