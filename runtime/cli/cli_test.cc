// Whole command lines of clients, with a fake lifecycle that records its requests.
#include "runtime/cli/cli.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "runtime/cli/create_options.h"
#include "runtime/cli/fake_lifecycle_test.h"
#include "runtime/cli/list_table.h"
#include "runtime/cli/version.h"
#include "runtime/sys/file.h"
#include "runtime/sys/unique_fd.h"
#include "third_party/boost_test.h"

namespace oci::cli {
namespace {

using lifecycle::fake;

std::vector<std::string> split(std::string_view line) {
  std::vector<std::string> words;
  while (!line.empty()) {
    const size_t end = std::min(line.find(' '), line.size());
    words.emplace_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return words;
}

struct Outcome {
  int code = -1;  // -1: an error
  std::string error;
  std::string out;
  std::string request;
};

// Runs one command line, with its standard output redirected to a file.
Outcome ran(std::string_view line) {
  const std::vector<std::string> words = split(line);
  std::vector<const char*> argv;
  for (const std::string& word : words)
    argv.push_back(word.c_str());
  fake.request.clear();

  const sys::UniqueFd file(memfd_create("stdout", MFD_CLOEXEC));
  std::fflush(stdout);
  const sys::UniqueFd before(fcntl(1, F_DUPFD_CLOEXEC, 3));
  BOOST_REQUIRE(dup2(file.get(), 1) == 1);
  int failure_code = 1;
  const Result<int> code = execute(argv, failure_code);
  BOOST_REQUIRE(dup2(before.get(), 1) == 1);

  Outcome outcome;
  if (code) outcome.code = code.value();
  if (!code) outcome.error = code.error().message();
  lseek(file.get(), 0, SEEK_SET);
  outcome.out = sys::read_all(file.get(), "stdout", 1 << 20).value();
  outcome.request = fake.request;
  return outcome;
}

// The request that lifecycle received, or "error: " and the message.
std::string asked(std::string_view line) {
  const Outcome outcome = ran(line);
  return outcome.code < 0 ? cat("error: ", outcome.error) : outcome.request;
}

struct Case {
  std::string_view line;
  std::string_view expected;
};

void check(std::span<const Case> cases) {
  for (const Case& one : cases)
    BOOST_TEST(asked(one.line) == one.expected, one.line);
}

// The fake lifecycle remembers the last request.
BOOST_AUTO_TEST_CASE(several_ids_have_a_turn_each) {
  const Case cases[] = {
      {"oci-rt start a b", "start id=b"},
      {"oci-rt delete --force a b", "delete id=b force"},
      {"oci-rt pause a b", "pause id=b"},
      {"oci-rt resume a b", "resume id=b"},
      {"oci-rt kill a b KILL", "kill id=b signal=9"},
      {"oci-rt kill --signal KILL a b", "kill id=b signal=9"},
      {"oci-rt kill --signal KILL a", "kill id=a signal=9"},
  };
  check(cases);
}

// containerd's shim, through go-runc: its order of options, its root, its log.
BOOST_AUTO_TEST_CASE(containerd_is_understood) {
  const Case cases[] = {
      {"runc --root /run/containerd/runc/k8s.io --log /dev/null --log-format json create --bundle "
       "/run/b --pid-file /run/b/init.pid web",
       "create root=/run/containerd/runc/k8s.io id=web bundle=/run/b pid-file=/run/b/init.pid"},
      {"runc --root /r --debug --log /dev/null --log-format json --systemd-cgroup=false "
       "--rootless=true create --bundle /b --pid-file /b/p --console-socket /s --pidfd-socket /f "
       "--no-pivot --no-new-keyring --detach --preserve-fds 2 web",
       "create root=/r id=web bundle=/b console=/s pid-file=/b/p pidfd=/f no-pivot no-new-keyring "
       "fds=2"},
      {"runc --root /r --log /dev/null --log-format json start web", "start root=/r id=web"},
      {"runc --root /r --log /dev/null --log-format json kill web 9",
       "kill root=/r id=web signal=9"},
      {"runc --root /r --log /dev/null --log-format json kill --all web 15",
       "kill root=/r id=web signal=15 all"},
      {"runc --root /r --log /dev/null --log-format json delete web", "delete root=/r id=web"},
      {"runc --root /r --log /dev/null --log-format json delete --force web",
       "delete root=/r id=web force"},
      {"runc --root /r --criu /usr/sbin/criu --log /dev/null delete web", "delete root=/r id=web"},
      {"runc --root /r list --format=json", "list root=/r"},
      {"runc --root /r --log /dev/null state nobody", "error: does not exist"},
  };
  check(cases);
}

BOOST_AUTO_TEST_CASE(buildkit_is_understood) {
  const Case cases[] = {
      {"runc --log /dev/null --log-format json run --bundle /b --keep web",
       "run id=web bundle=/b keep"},
      {"runc --log /dev/null --log-format json run --bundle /b --no-pivot --keep web",
       "run id=web bundle=/b no-pivot keep"},
      {"runc --log /dev/null --log-format json kill web 9", "kill id=web signal=9"},
      {"runc --log /dev/null --log-format json delete web", "delete id=web"},
  };
  check(cases);
}

// conmon's create, and podman's own calls.
BOOST_AUTO_TEST_CASE(podman_is_understood) {
  const Case cases[] = {
      {"oci-rt --log-format=json --log=/dev/null create --bundle /b --pid-file /b/p web",
       "create id=web bundle=/b pid-file=/b/p"},
      {"crun --log-format=json --log=/dev/null --cgroup-manager disabled create --bundle /b "
       "--pid-file /p --no-pivot --no-new-keyring --preserve-fds 3 --console-socket /s web",
       "create no-cgroups id=web bundle=/b console=/s pid-file=/p no-pivot no-new-keyring fds=3"},
      {"oci-rt start web", "start id=web"},
      {"oci-rt kill web 15", "kill id=web signal=15"},
      {"oci-rt kill --all web 9", "kill id=web signal=9 all"},
      {"oci-rt delete --force web", "delete id=web force"},
  };
  check(cases);
}

BOOST_AUTO_TEST_CASE(buildah_is_understood) {
  const Case cases[] = {
      {"oci-rt create --bundle /b --pid-file /b/pid --no-new-keyring web",
       "create id=web bundle=/b pid-file=/b/pid no-new-keyring"},
      {"oci-rt kill web", "kill id=web signal=15"},
      {"oci-rt kill web SIGKILL", "kill id=web signal=9"},
      {"oci-rt delete web", "delete id=web"},
  };
  check(cases);
}

BOOST_AUTO_TEST_CASE(crio_and_conmon_rs_are_understood) {
  const Case cases[] = {
      {"oci-rt --root=/run/oci start web", "start root=/run/oci id=web"},
      {"oci-rt --root=/run/oci kill web KILL", "kill root=/run/oci id=web signal=9"},
      {"oci-rt --root=/run/oci kill -a web 9", "kill root=/run/oci id=web signal=9 all"},
      {"oci-rt --root=/run/oci delete --force web", "delete root=/run/oci id=web force"},
      // conmon-rs repeats its options
      {"oci-rt --root=/a --systemd-cgroup=false --root=/d --systemd-cgroup=false create --bundle "
       "/b "
       "--pid-file /p --console-socket=/s web",
       "create root=/d id=web bundle=/b console=/s pid-file=/p"},
      {"oci-rt --root=/run/oci --systemd-cgroup start web", "start root=/run/oci systemd id=web"},
  };
  check(cases);
}

BOOST_AUTO_TEST_CASE(people_are_understood) {
  const Case cases[] = {
      {"oci-rt create web -b /b", "create id=web bundle=/b"},
      {"oci-rt create web", "create id=web"},
      {"oci-rt create -b /b -f /c.json web", "create id=web bundle=/b config=/c.json"},
      {"oci-rt run -d -b /b web", "run id=web bundle=/b detach"},
      {"oci-rt run -no-subreaper --bundle=/b web", "run id=web bundle=/b"},
      {"oci-rt kill web sigrtmin+1", "kill id=web signal=35"},
      {"oci-rt delete web -f", "delete id=web force"},
      {"oci-rt delete -- web", "delete id=web"},
      {"oci-rt list -q", "list"},
      {"oci-rt --root /r gc", "gc root=/r"},
      {"oci-rt gc --remove --format json", "gc remove"},
  };
  check(cases);
}

BOOST_AUTO_TEST_CASE(mistakes_say_what_to_do) {
  const Case cases[] = {
      {"oci-rt",
       "error: a command is missing; `oci-rt run DIR` runs a bundle, `oci-rt --help` lists the "
       "commands"},
      {"oci-rt frobnicate", "error: No help topic for 'frobnicate'; see oci-rt --help"},
      {"oci-rt strat web", "error: No help topic for 'strat'; did you mean 'start'?"},
      {"oci-rt help foo", "error: No help topic for 'foo'; see oci-rt --help"},
      {"oci-rt start", "error: \"start\" requires at least 1 argument(s): oci-rt start ID..."},
      {"oci-rt state a b", "error: \"state\" requires exactly 1 argument(s): oci-rt state ID"},
      {"oci-rt kill",
       "error: \"kill\" requires at least 1 argument(s): oci-rt kill [OPTION...] ID... [SIGNAL]"},
      {"oci-rt kill web --all",
       "error: unknown signal '--all'; give a name such as TERM, or a number from 0 to 64"},
      {"oci-rt run --bundle", "error: option --bundle requires an argument: DIR"},
      {"oci-rt start --root /r web",
       "error: unknown option '--root' of oci-rt start; write it before the command"},
      {"oci-rt create --preserve-fds x web",
       "error: option --preserve-fds: expected a number from 0 to 1048576, found 'x'"},
      {"oci-rt --log-format xml start web",
       "error: option --log-format: expected one of text, json, found 'xml'"},
      {"oci-rt list --format xml",
       "error: option --format: expected one of table, json, found 'xml'"},
      {"oci-rt list web",
       "error: \"list\" requires exactly 0 argument(s): oci-rt list [OPTION...]"},
  };
  check(cases);
}

BOOST_AUTO_TEST_CASE(the_exit_code_of_run_is_passed_on) {
  BOOST_TEST(ran("oci-rt run -b /b web").code == 42);
  BOOST_TEST(ran("oci-rt start web").code == 0);
}

BOOST_AUTO_TEST_CASE(help_is_everywhere_and_asks_nothing_of_lifecycle) {
  for (const std::string_view line :
       {"oci-rt --help", "oci-rt -h", "oci-rt help", "oci-rt --help start", "oci-rt create --help",
        "oci-rt run -h", "oci-rt state --help", "oci-rt kill --help", "oci-rt delete -h",
        "oci-rt list --help", "oci-rt spec --help", "oci-rt features --help", "oci-rt help run",
        "oci-rt events --help"}) {
    const Outcome outcome = ran(line);
    BOOST_TEST(outcome.code == 0, line);
    BOOST_TEST(outcome.out.find("Usage:\n  oci-rt") != std::string::npos, line);
    BOOST_TEST(outcome.request.empty(), line);
  }
  const std::string general = ran("oci-rt --help").out;
  for (const std::string_view verb :
       {"create", "start", "run", "exec", "state", "ps", "pause", "resume", "update", "kill",
        "delete", "list", "spec", "check", "plan", "explain", "features"}) {
    BOOST_TEST(general.find(cat("\n  ", verb, " ")) != std::string::npos, verb);
  }
}

BOOST_AUTO_TEST_CASE(the_version_is_as_clients_read_it) {
  for (const std::string_view line :
       {"oci-rt --version", "oci-rt -v", "/usr/bin/oci-rt -version"}) {
    const Outcome outcome = ran(line);
    BOOST_TEST(outcome.code == 0);
    BOOST_TEST(outcome.out.starts_with("oci-rt version "));
    BOOST_TEST(outcome.out.find("\ncommit: ") != std::string::npos);
    BOOST_TEST(outcome.out.find("\nspec: 1.3.0\n") != std::string::npos);
    BOOST_TEST(outcome.out.find("\nlibseccomp: ") != std::string::npos);
    // Docker takes every line with "version" as the first one.
    BOOST_TEST(outcome.out.rfind("version") < outcome.out.find('\n'));
  }
  BOOST_TEST(version_text("/usr/sbin/runc").starts_with("runc version "));
}

BOOST_AUTO_TEST_CASE(a_list_is_what_clients_expect) {
  fake.listed = {};
  BOOST_TEST(ran("oci-rt list -f json").out == "[]\n");
  BOOST_TEST(ran("oci-rt list -q").out.empty());
  fake.listed = {{.id = "a", .state = {.id = "a", .bundle = "/a"}},
                 {.id = "b", .state = {}, .problem = "cut short"},
                 {.id = "c", .state = {.id = "c", .bundle = "/c"}}};
  BOOST_TEST(ran("oci-rt list -q").out == "a\nb\nc\n");
  const std::string json = ran("oci-rt list --format=json").out;
  BOOST_TEST(json.starts_with("[{\"ociVersion\":\"1.3.0\",\"id\":\"a\",\"pid\":0,"));
  BOOST_TEST(json.find("},{\"ociVersion\":\"1.3.0\",\"id\":\"c\"") != std::string::npos);
  BOOST_TEST(json.ends_with("}]\n"));
  BOOST_TEST(ran("oci-rt list").out == list_table(fake.listed));
  fake.listed = {};
}

BOOST_AUTO_TEST_CASE(a_state_has_no_newline_at_its_end) {
  fake.taken = {"web"};
  const std::string out = ran("oci-rt state web").out;
  BOOST_TEST(out.starts_with("{\n  \"ociVersion\": \"1.3.0\",\n  \"id\": \"web\",\n"));
  BOOST_TEST(out.ends_with("\n}"));
  fake.taken.clear();
}

// A new working directory with a bundle in it.
struct Directory {
  Directory() {
    BOOST_REQUIRE(mkdtemp(path) != nullptr);
    BOOST_REQUIRE(getcwd(before, sizeof before) != nullptr);
    BOOST_REQUIRE(mkdir(cat(path, "/app").c_str(), 0700) == 0);
    touch("app/config.json");
    BOOST_REQUIRE(chdir(path) == 0);
    fake.taken.clear();
  }
  ~Directory() {
    fake.taken.clear();
    static_cast<void>(chdir(before));
    for (const char* name : {"/config.json", "/app/config.json"})
      unlink(cat(path, name).c_str());
    for (const char* name : {"/app", ""})
      rmdir(cat(path, name).c_str());
  }
  void touch(std::string_view name) {
    const sys::UniqueFd made(
        open(cat(path, "/", name).c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    BOOST_REQUIRE(bool(made));
  }
  std::string name() const { return std::string(path).substr(5); }

  char path[64] = "/tmp/oci-rt-cli-XXXXXX";
  char before[4096];
};

BOOST_AUTO_TEST_CASE(run_takes_a_directory) {
  Directory directory;
  BOOST_TEST(asked("oci-rt run app") == "run id=app bundle=app");
  BOOST_TEST(asked("oci-rt run ./app") == "run id=app bundle=./app");
  BOOST_TEST(asked("oci-rt run app/") == "run id=app bundle=app/");
  BOOST_TEST(asked("oci-rt run /no/such/dir") == "run id=dir bundle=/no/such/dir");
  BOOST_TEST(asked("oci-rt run .") == cat("run id=", directory.name(), " bundle=."));
  BOOST_TEST(asked("oci-rt run nothing") ==
             "error: bundle: neither './nothing' nor the current directory has a config.json; "
             "name the directory of one");
  BOOST_TEST(asked("oci-rt run -f /c.json nothing") == "run id=nothing config=/c.json");
  BOOST_TEST(asked("oci-rt run --bundle /b app") == "run id=app bundle=/b");
  // create is for engines and scripts: its operand is the id
  BOOST_TEST(asked("oci-rt create app") == "create id=app");

  unlink("app/config.json");  // an unfinished bundle is still a bundle
  BOOST_TEST(asked("oci-rt run app") == "run id=app bundle=app");
  directory.touch("app/config.json");

  directory.touch("config.json");  // then the working directory is the bundle
  BOOST_TEST(asked("oci-rt run app") == "run id=app");
  BOOST_TEST(asked("oci-rt run ./app") == "run id=app bundle=./app");
}

BOOST_AUTO_TEST_CASE(spec_writes_a_config_and_replaces_none) {
  Directory directory;
  BOOST_TEST(asked("oci-rt spec --bundle nope") ==
             "error: there is no directory 'nope'; create it first: mkdir -p nope/rootfs");
  for (const std::string_view options :
       {"", " --rootless", " --bundle app", " -b app --rootless"}) {
    const bool in_app = options.find("app") != std::string_view::npos;
    const std::string path = in_app ? "app/config.json" : "config.json";
    const std::string line = cat("oci-rt spec", options);
    unlink(path.c_str());
    BOOST_TEST(ran(line).code == 0);
    const std::string config = sys::read_file_at(AT_FDCWD, path, 1 << 20).value();
    BOOST_TEST(config.find("\"ociVersion\": \"1.3.0\"") != std::string::npos);
    BOOST_TEST((config.find("uidMappings") != std::string::npos) ==
               (geteuid() != 0 || options.find("rootless") != std::string_view::npos));
    BOOST_TEST(ran(line).error == cat("'", path, "' already exists; remove it first"));
    BOOST_TEST(sys::read_file_at(AT_FDCWD, path, 1 << 20).value() == config);
  }
  for (const std::string_view name : {"app/config.json", "config.json"})
    unlink(std::string(name).c_str());
  BOOST_TEST(ran("oci-rt spec -b app -f x.json").code == 0);
  BOOST_TEST(unlink("app/x.json") == 0);
  BOOST_TEST(ran(cat("oci-rt spec -b app --file=", directory.path, "/config.json")).code == 0);
  BOOST_TEST(unlink("config.json") == 0);
}

BOOST_AUTO_TEST_CASE(a_taken_name_gets_a_number) {
  Directory directory;
  fake.taken = {"app", "app-2"};
  BOOST_TEST(asked("oci-rt run ./app") == "run id=app-3 bundle=./app");
  // but an explicit id is left to lifecycle to refuse
  BOOST_TEST(asked("oci-rt run -b app app") == "run id=app bundle=app");
}

BOOST_AUTO_TEST_CASE(an_id_is_made_from_any_path) {
  const Case cases[] = {
      {"/srv/web", "web"},
      {"/srv/my app!/", "my-app-"},
      {"web_1.2+x", "web_1.2+x"},
      {"/a/.hidden", "hidden"},
      {"/a/--x", "x"},
      {"/", "container"},
      {"..", "container"},
      {"/a/\xc3\xa9t\xc3\xa9", "t--"},
  };
  for (const Case& one : cases)
    BOOST_TEST(id_from_path(one.line) == one.expected, one.line);
  BOOST_TEST(id_from_path(std::string(300, 'x')).size() == 64);
}

}  // namespace
}  // namespace oci::cli
