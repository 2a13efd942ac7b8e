// Command lines of clients for running containers: exec, ps, pause, resume, update.
#include "runtime/cli/cli.h"
#include "runtime/cli/fake_lifecycle_test.h"
#include "third_party/boost_test.h"

namespace oci::cli {
namespace {

using lifecycle::fake;

// The request that lifecycle received, or "error CODE: " and the message.
std::string asked(const std::vector<const char*>& argv) {
  fake.request.clear();
  int failure_code = 1;
  const Result<int> code = execute(argv, failure_code);
  return code ? fake.request : cat("error ", failure_code, ": ", code.error().message());
}

BOOST_AUTO_TEST_SUITE(running)

BOOST_AUTO_TEST_CASE(exec_of_every_client_is_understood) {
  // go-runc, conmon, conmon-rs, a person.
  BOOST_TEST(asked({"runc", "--root", "/r", "exec", "--process", "/tmp/p", "--console-socket", "/s",
                    "--detach", "--pid-file", "/f", "web"}) ==
             "exec root=/r id=web process=/tmp/p console=/s pid-file=/f detach");
  BOOST_TEST(asked({"oci-rt", "exec", "--pid-file", "/f", "--process", "/p", "--detach",
                    "--preserve-fds", "2", "web"}) ==
             "exec id=web process=/p pid-file=/f detach fds=2");
  BOOST_TEST(asked({"oci-rt", "--root=/r", "--root=/r", "exec", "-d", "--console-socket=/s",
                    "--tty", "--pid-file=/f", "web", "sh", "-c", "x"}) ==
             "exec root=/r id=web arg=sh arg=-c arg=x console=/s pid-file=/f tty detach");
  BOOST_TEST(asked({"oci-rt", "exec", "-u",       "1:2", "-g",  "3",  "-g",
                    "4",      "-e",   "A=1,2",    "-e",  "B=",  "-c", "CAP_KILL",
                    "--cwd",  "/w",   "--cgroup", "sub", "web", "id", "--user"}) ==
             "exec id=web arg=id arg=--user env=A=1,2 env=B= cap=CAP_KILL group=3 group=4 uid=1 "
             "gid=2 cwd=/w cgroup=sub");
}

BOOST_AUTO_TEST_CASE(a_cgroup_may_name_its_controllers) {
  BOOST_TEST(asked({"oci-rt", "exec", "--cgroup", "cpu,memory:/sub", "web", "id"}) ==
             "exec id=web arg=id cgroup=/sub");
  BOOST_TEST(asked({"oci-rt", "exec", "--cgroup", "cpu:sub", "--cgroup=pids:sub", "web", "id"}) ==
             "exec id=web arg=id cgroup=sub");
  BOOST_TEST(asked({"oci-rt", "exec", "--cgroup", "/", "web", "id"}) ==
             "exec id=web arg=id cgroup=/");
  BOOST_TEST(asked({"oci-rt", "exec", "--cgroup", "cpu:a", "--cgroup", "pids:b", "web", "id"}) ==
             "error 255: option --cgroup: cgroup v2 has one place for all controllers, found 'a' "
             "and 'b'");
  BOOST_TEST(asked({"oci-rt", "exec", "--cgroup", ":sub", "web", "id"}) ==
             "error 255: option --cgroup: unknown controller '' in ':sub'");
  BOOST_TEST(asked({"oci-rt", "exec", "--cgroup", "cpu,:sub", "web", "id"}) ==
             "error 255: option --cgroup: unknown controller '' in 'cpu,:sub'");
  BOOST_TEST(asked({"oci-rt", "exec", "--cgroup", "nosuch:sub", "web", "id"}) ==
             "error 255: option --cgroup: unknown controller 'nosuch' in 'nosuch:sub'");
}

// CVE-2026-30892.
BOOST_AUTO_TEST_CASE(a_user_is_a_number_to_its_end) {
  for (const char* user :
       {"1:", ":1", "1x", " 1", "+1", "-1", "0x1", "1 ", "4294967295", "4294967296", "1:2:3"}) {
    BOOST_TEST(asked({"oci-rt", "exec", "-u", user, "web", "id"})
                   .starts_with("error 255: option --user: expected a number below 4294967295"),
               user);
  }
  BOOST_TEST(asked({"oci-rt", "exec", "-u", "4294967294", "web", "id"}) ==
             "exec id=web arg=id uid=4294967294");
}

BOOST_AUTO_TEST_CASE(exec_says_255_when_it_ran_nothing) {
  BOOST_TEST(asked({"oci-rt", "exec", "web"}) ==
             "error 255: exec: expected a program after the id, or --process FILE");
  BOOST_TEST(asked({"oci-rt", "exec", "-e", "NAME", "web", "id"}) ==
             "error 255: option --env: expected NAME=VALUE, found 'NAME'");
  BOOST_TEST(asked({"oci-rt", "exec", "--cwd", "w", "web", "id"}) ==
             "error 255: option --cwd: expected an absolute path, found 'w'");
}

BOOST_AUTO_TEST_CASE(pause_and_resume_take_an_id) {
  BOOST_TEST(asked({"oci-rt", "pause", "web"}) == "pause id=web");
  BOOST_TEST(asked({"oci-rt", "resume", "web"}) == "resume id=web");
  BOOST_TEST(asked({"oci-rt", "pause"}).starts_with("error 1: "));
}

BOOST_AUTO_TEST_CASE(update_reads_a_file_or_amounts) {
  BOOST_TEST(asked({"runc", "update", "--resources=-", "web"}) == "update id=web resources=-");
  BOOST_TEST(asked({"oci-rt", "update", "--resources", "-", "web"}) == "update id=web resources=-");
  BOOST_TEST(asked({"oci-rt", "update", "--memory", "512m", "--memory-swap", "1g", "web"}) ==
             "update id=web memory=536870912 swap=1073741824");
  BOOST_TEST(asked({"oci-rt", "update", "--memory", "0.5g", "--memory-swap", "1GiB", "web"}) ==
             "update id=web memory=536870912 swap=1073741824");
  BOOST_TEST(asked({"oci-rt", "update", "--memory", "1.5kb", "--memory-swap", "2048.5", "web"}) ==
             "update id=web memory=1536 swap=2048");
  BOOST_TEST(asked({"oci-rt", "update", "--cpu-quota", "-1", "--cpuset-cpus", "0-1", "--pids-limit",
                    "-1", "web"}) == "update id=web quota=-1 cpus=0-1 pids=-1");
  BOOST_TEST(asked({"oci-rt", "update", "--kernel-memory", "5m", "web"}) == "update id=web");
  BOOST_TEST(asked({"oci-rt", "update", "--l3-cache-schema", "L3:0=f", "--mem-bw-schema=MB:0=50",
                    "--cpu-burst", "1000", "--cpu-idle=1", "-r", "/f", "web"}) ==
             "update id=web resources=/f burst=1000 idle=1 cache=L3:0=f bandwidth=MB:0=50");
  for (const char* amount :
       {"12x", "m", "1mm", "1mib2", "99999999999g", "-1m", "-0.5g", "0.1234567890g", "5."}) {
    BOOST_TEST(asked({"oci-rt", "update", "--memory", amount, "web"}) ==
                   cat("error 1: option --memory: expected a number, found '", amount, "'"),
               amount);
  }
  BOOST_TEST(asked({"oci-rt", "update", "--pids-limit", "5k", "web"}).starts_with("error 1: "));
}

// crun(1).
BOOST_AUTO_TEST_CASE(mounts_are_added_and_removed_by_a_file) {
  BOOST_TEST(asked({"crun", "mounts", "add", "web", "/m.json"}) ==
             "add mounts id=web file=/m.json");
  BOOST_TEST(asked({"oci-rt", "mounts", "remove", "web", "-"}) == "remove mounts id=web file=-");
  BOOST_TEST(asked({"oci-rt", "mounts", "list", "web", "-"}) ==
             "error 1: mounts: expected add or remove, found 'list'");
  BOOST_TEST(asked({"oci-rt", "mounts", "add", "web"}).starts_with("error 1: "));
  BOOST_TEST(asked({"oci-rt", "mounts", "add", "web", "/a", "/b"}).starts_with("error 1: "));
}

// They are verbs of another program, which this test has not. podman takes a message about a
// missing value for support.
BOOST_AUTO_TEST_CASE(checkpoint_and_restore_say_that_their_program_is_missing) {
  const std::vector<std::vector<const char*>> probes = {
      {"oci-rt", "checkpoint", "--help"},
      {"oci-rt", "checkpoint", "web"},
      {"oci-rt", "help", "checkpoint"},
      {"oci-rt", "restore", "--lsm-mount-context"}};
  for (const std::vector<const char*>& words : probes) {
    const std::string answer = asked(words);
    BOOST_TEST(answer.starts_with("error 1: "), answer);
    BOOST_TEST(answer.find("'oci-rt-criu' is missing") != answer.npos, answer);
  }
}

BOOST_AUTO_TEST_CASE(events_once_or_again_and_again) {
  BOOST_TEST(asked({"runc", "events", "--stats", "web"}) ==
             "events id=web once every 5000000000ns");
  BOOST_TEST(asked({"runc", "events", "--interval=5s", "web"}) ==
             "events id=web every 5000000000ns");
  BOOST_TEST(asked({"oci-rt", "events", "--interval", "100ms", "web"}) ==
             "events id=web every 100000000ns");
  BOOST_TEST(asked({"oci-rt", "events", "--interval", "1m30s", "web"}) ==
             "events id=web every 90000000000ns");
  BOOST_TEST(asked({"oci-rt", "events", "--interval", "0", "web"})
                 .starts_with("error 1: option --interval: expected a time above 0"));
  BOOST_TEST(asked({"oci-rt", "events"}).starts_with("error 1: \"events\" requires exactly 1"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::cli
