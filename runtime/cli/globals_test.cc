#include "runtime/cli/globals.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/cli/cli.h"
#include "runtime/sys/file.h"
#include "runtime/testing/temp_dir.h"
#include "third_party/boost_test.h"

namespace oci::cli {
namespace {

Arguments globals(std::initializer_list<const char*> words) {
  Result<Arguments> arguments = parse_arguments(kGlobalSyntax, {words.begin(), words.size()}, {});
  if (!arguments) BOOST_FAIL(arguments.error().message());
  return std::move(arguments).value();
}

std::string in_work() {
  return "/work";
}
std::string in_root() {
  return "/";
}

const Environment kRoot{.privileged = true, .xdg_runtime_dir = "/run/user/0", .cwd = in_work};
const Environment kUser{.privileged = false, .xdg_runtime_dir = "/run/user/1000", .cwd = in_work};

std::string root_of(std::initializer_list<const char*> words, const Environment& from) {
  const Result<lifecycle::Context> context = lifecycle_context(globals(words), from);
  return context ? context.value().root : context.error().message();
}

BOOST_AUTO_TEST_CASE(containers_live_where_the_user_may_write) {
  BOOST_TEST(root_of({}, kRoot) == "/run/oci-rt");
  BOOST_TEST(root_of({}, kUser) == "/run/user/1000/oci-rt");
  BOOST_TEST(root_of({}, {.own_runtime_dir = "/run/user/7"}) == "/run/user/7/oci-rt");
  BOOST_TEST(root_of({}, {}) == "");
  BOOST_TEST(root_of({"--root", "/x/y"}, kRoot) == "/x/y");
  BOOST_TEST(root_of({"--root", "/x/y//"}, kUser) == "/x/y");
  BOOST_TEST(root_of({"--root", "x"}, kUser) == "/work/x");
  BOOST_TEST(root_of({"--root="}, kUser) == "/run/user/1000/oci-rt");
  BOOST_TEST(root_of({"--root", "//"}, kRoot) ==
             "option --root: '/' cannot hold containers; name a directory");
  BOOST_TEST(!lifecycle_context(globals({}), kRoot).value().root_given);
  BOOST_TEST(lifecycle_context(globals({"--root", "/x"}), kRoot).value().root_given);
}

BOOST_AUTO_TEST_CASE(the_cgroup_driver_is_chosen_or_refused) {
  const auto manager = [](std::initializer_list<const char*> words) {
    return lifecycle_context(globals(words), kRoot);
  };
  using lifecycle::CgroupManager;
  BOOST_TEST((manager({}).value().cgroup_manager == CgroupManager::kCgroupfs));
  BOOST_TEST((manager({"--cgroup-manager", "cgroupfs"}).value().cgroup_manager ==
              CgroupManager::kCgroupfs));
  BOOST_TEST(
      (manager({"--cgroup-manager=disabled"}).value().cgroup_manager == CgroupManager::kDisabled));
  BOOST_TEST(
      (manager({"--systemd-cgroup=false"}).value().cgroup_manager == CgroupManager::kCgroupfs));
  for (const char* option : {"--systemd-cgroup", "--cgroup-manager=systemd"}) {
    BOOST_TEST((manager({option}).value().cgroup_manager == CgroupManager::kSystemd), option);
  }
  BOOST_TEST(manager({"--cgroup-manager", "x"}).error().message() ==
             "option --cgroup-manager: expected one of cgroupfs, systemd, disabled, found 'x'");
}

BOOST_AUTO_TEST_CASE(verify_is_fast_unless_it_is_told) {
  const auto verify = [](std::initializer_list<const char*> words) {
    return lifecycle_context(globals(words), kRoot).value().verify;
  };
  BOOST_TEST((verify({}) == lifecycle::Verify::kFast));
  BOOST_TEST((verify({"--verify=full"}) == lifecycle::Verify::kFull));
  BOOST_TEST((verify({"--verify", "off"}) == lifecycle::Verify::kOff));
  BOOST_TEST(lifecycle_context(globals({"--verify=slow"}), kRoot).error().message() ==
             "option --verify: expected one of fast, full, off, found 'slow'");
}

BOOST_AUTO_TEST_CASE(rootless_is_found_out_unless_it_is_told) {
  const Environment user{.rootless = true, .xdg_runtime_dir = "/run/user/1000", .cwd = in_root};
  const auto rootless = [](std::initializer_list<const char*> words, const Environment& from) {
    return lifecycle_context(globals(words), from).value().rootless;
  };
  for (const auto& words : {std::initializer_list<const char*>{}, {"--rootless=auto"}}) {
    BOOST_TEST(!rootless(words, kRoot));
    BOOST_TEST(rootless(words, user));
  }
  BOOST_TEST(rootless({"--rootless", "true"}, kRoot));
  BOOST_TEST(!rootless({"--rootless", "false"}, user));
  BOOST_TEST(lifecycle_context(globals({"--rootless=maybe"}), kRoot).error().message() ==
             "option --rootless: expected one of auto, true, false, found 'maybe'");
}

BOOST_AUTO_TEST_CASE(the_log_is_as_asked_for) {
  using sys::LogFormat;
  using sys::LogLevel;
  const auto log = [](std::initializer_list<const char*> words) {
    return log_options(globals(words));
  };
  BOOST_TEST(log({}).value().destination.empty());
  BOOST_TEST(!log({}).value().level.has_value());
  BOOST_TEST((log({}).value().format == LogFormat::kText));
  BOOST_TEST(log({"--log", "/l", "--log=/m"}).value().destination == "/m");
  BOOST_TEST((log({"--log-format", "json"}).value().format == LogFormat::kJson));
  BOOST_TEST((*log({"--debug"}).value().level == LogLevel::kDebug));
  BOOST_TEST((*log({"--log-level", "warning"}).value().level == LogLevel::kWarning));
  BOOST_TEST((*log({"--log-level", "error", "--debug"}).value().level == LogLevel::kDebug));
  BOOST_TEST(!log({"--debug=false"}).value().level.has_value());
  BOOST_TEST(log({"--log-format", "xml"}).error().message() ==
             "option --log-format: expected one of text, json, found 'xml'");
  BOOST_TEST(!log({"--log-level", "loud"}));
}

BOOST_AUTO_TEST_CASE(this_process_can_be_asked) {
  const Environment from = read_environment();
  BOOST_TEST(from.cwd().starts_with('/'));
  BOOST_TEST((from.rootless || geteuid() == 0));
}

// Runs in a child, because a process has only one log.
int exit_code_of(const std::vector<const char*>& words) {
  const pid_t pid = fork();
  if (pid == 0) _exit(run_command_line(words));
  int status = 0;
  waitpid(pid, &status, 0);
  return WEXITSTATUS(status);
}

BOOST_AUTO_TEST_CASE(a_bad_global_option_is_told_to_the_log_before_it) {
  const testing::TempDir directory;
  const std::string log = directory.path("log");
  BOOST_TEST(exit_code_of({"oci-rt", "--log", log.c_str(), "--log-format=json", "--bogus", "state",
                           "x"}) == 1);
  const Result<std::string> told = sys::read_file_at(AT_FDCWD, log, 4096);
  BOOST_REQUIRE(bool(told));
  BOOST_TEST(told.value().starts_with("{\"level\":\"error\",\"msg\":\"unknown option '--bogus'"));
  BOOST_TEST(unlink(log.c_str()) == 0);
  // Options of the container's program are not parsed.
  BOOST_TEST(exit_code_of({"oci-rt", "--bogus", "exec", "x", "program", "--log", log.c_str()}) ==
             1);
  BOOST_TEST(access(log.c_str(), F_OK) != 0);
}

}  // namespace
}  // namespace oci::cli
