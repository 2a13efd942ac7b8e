// events: resource usage, and out-of-memory events (cli-contract 5.4).
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "conformance/cases/config_linux/cgroup_case.h"
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

// Parses a line, which must be a report of this container.
json::Document report(const Sandbox& sandbox, const std::string& line) {
  expect(line.starts_with("{\"type\":\"stats\",\"id\":\"" + sandbox.id() + "\",\"data\":{"),
         "it begins with '" + line.substr(0, 60) + "'");
  return parse_json("a report", line);
}

json::Document report_now(Sandbox& sandbox) {
  const Outcome said = sandbox.call({"events", "--stats", sandbox.id()});
  expect_equal("exit code (" + trimmed(said.err) + ")", said.exit_code, 0);
  expect_equal("stderr", said.err, "");
  expect_equal("lines", lines(said.out).size(), 1U);
  return report(sandbox, trimmed(said.out));
}

void once(Sandbox& sandbox) {
  Bundle bundle = placed(sandbox);
  sandbox.create(bundle);
  report_now(sandbox);
  sandbox.start();
  const json::Document said = report_now(sandbox);
  for (const char* field : {"/data/cpu/usage/total", "/data/cpu/usage/user",
                            "/data/cpu/usage/kernel", "/data/network_interfaces"}) {
    expect(find(said, field), std::string("there is no ") + field);
  }
  expect(find(said, "/data/cpu/usage/total")->GetUint64() > 1000, "it needed no time at all");
  sandbox.stop_and_remove();
}
const Case kOnce("events/stats-is-one-report", "cli-contract 5.4", once);

void paused(Sandbox& sandbox) {
  Bundle bundle = placed(sandbox);
  sandbox.create_and_start(bundle);
  expect_equal("pause", sandbox.call({"pause", sandbox.id()}).exit_code, 0);
  report_now(sandbox);
  expect_equal("resume", sandbox.call({"resume", sandbox.id()}).exit_code, 0);
  sandbox.stop_and_remove();
}
const Case kPaused("events/of-a-paused-container", "cli-contract 5.4", paused);

void stopped(Sandbox& sandbox) {
  Bundle bundle = placed(sandbox);
  sandbox.create(bundle);
  sandbox.kill("KILL");
  sandbox.wait_stopped();
  for (const Words& words :
       {Words{"events", "--stats", sandbox.id()}, Words{"events", sandbox.id()}}) {
    const Outcome said = sandbox.call(words);
    expect(said.exit_code != 0, shown(words) + " exits 0");
    expect_contains("its message", said.err,
                    "container with id " + sandbox.id() + " is not running");
    expect_equal("stdout", said.out, "");
  }
  sandbox.remove();
  const Outcome said = sandbox.call({"events", "--stats", sandbox.id()});
  expect(said.exit_code != 0, "it reports on nothing");
  expect_contains("its message", said.err, "does not exist");
}
const Case kStopped("events/not-of-a-stopped-container", "cli-contract 5.4", stopped);

void at_intervals(Sandbox& sandbox) {
  Bundle bundle = placed(sandbox);
  sandbox.create_and_start(bundle);
  Command events(sandbox.invocation({"events", "--interval", "100ms", sandbox.id()}),
                 sandbox.directory());
  expect(eventually([&] { return lines(read_file(events.out_file())).size() >= 3; }),
         "there are no three reports");
  expect(events.running(), "it ended before the container");
  sandbox.kill("KILL");
  sandbox.wait_stopped();
  const Outcome said = events.wait();
  expect_equal("exit code (" + said.err + ")", said.exit_code, 0);
  expect_equal("stderr", said.err, "");
  for (const std::string& line : lines(said.out))
    report(sandbox, line);
  sandbox.remove();
}
const Case kIntervals("events/a-report-an-interval-until-the-container-is-gone", "cli-contract 5.4",
                      at_intervals);

void long_interval(Sandbox& sandbox) {
  Bundle bundle = placed(sandbox);
  sandbox.create_and_start(bundle);
  Command events(sandbox.invocation({"events", "--interval=1h", sandbox.id()}),
                 sandbox.directory());
  ::usleep(200'000);
  expect(events.running(), "it does not wait");
  sandbox.stop_and_remove();
  const Outcome said = events.wait();
  expect_equal("exit code (" + said.err + ")", said.exit_code, 0);
  expect_equal("stdout", said.out, "");
}
const Case kLong("events/the-end-does-not-wait-for-the-interval", "cli-contract 5.4",
                 long_interval);

void left_alone(Sandbox& sandbox) {
  Bundle bundle = placed(sandbox);
  sandbox.create_and_start(bundle);
  int ends[2];
  expect(::pipe2(ends, O_CLOEXEC) == 0, "there is no pipe");
  Spawn spawn = sandbox.invocation({"events", "--interval", "100ms", sandbox.id()});
  spawn.fds = {{ends[1], STDOUT_FILENO}};
  Command events(std::move(spawn), sandbox.directory());
  pollfd printed = {.fd = ends[0], .events = POLLIN, .revents = 0};
  expect(::poll(&printed, 1, 5000) == 1, "it prints nothing");
  ::close(ends[0]);
  events.wait();  // fails after a while
  ::close(ends[1]);
  expect_equal("status", sandbox.status(), "running");
  Command killed(sandbox.invocation({"events", "--interval", "100ms", sandbox.id()}),
                 sandbox.directory());
  eventually([&] { return !read_file(killed.out_file()).empty(); });
  killed.signal(SIGKILL);
  expect_equal("exit code", killed.wait().exit_code, 128 + SIGKILL);
  expect_equal("status", sandbox.status(), "running");
  sandbox.stop_and_remove();
}
const Case kAlone("events/nothing-stays-when-its-reader-goes", "cli-contract 5.4", left_alone);

void numbers(Sandbox& sandbox) {
  require_limits_in_v2(sandbox);
  for (const char* name : {"memory", "cpu", "pids", "io", "cpuset", "hugetlb"})
    require_controller(name);
  require_file("/sys/kernel/mm/hugepages/hugepages-2048kB");
  Bundle bundle = placed(sandbox);
  bundle.set_json("/linux/resources", R"({"memory": {"limit": 67108864, "swap": 67108864},
    "cpu": {"quota": 20000, "period": 50000, "cpus": "0", "mems": "0"}, "pids": {"limit": 77},
    "blockIO": {"weight": 500}, "hugepageLimits": [{"pageSize": "2MB", "limit": 4194304}]})");
  sandbox.create_and_start(bundle);
  const json::Document said = report_now(sandbox);
  const auto number = [&](const char* field) {
    const json::Value* value = find(said, field);
    expect(value && value->IsUint64(), std::string("there is no ") + field);
    return value != nullptr ? value->GetUint64() : 0;
  };
  expect_equal("its limit of memory", number("/data/memory/usage/limit"), 67108864U);
  expect_equal("its limit with swap", number("/data/memory/swap/limit"), 67108864U);
  expect(number("/data/memory/usage/usage") > 0, "it uses no memory");
  expect(number("/data/memory/swap/usage") >= number("/data/memory/usage/usage"),
         "swap does not count memory");
  expect(number("/data/memory/raw/anon") > 0, "memory.stat is not in it");
  expect_equal("its limit of processes", number("/data/pids/limit"), 77U);
  expect_equal("its processes", number("/data/pids/current"), 1U);
  for (const char* field :
       {"/data/cpu/throttling", "/data/cpuset", "/data/blkio", "/data/memory/kernel/limit",
        "/data/memory/kernelTCP/failcnt", "/data/hugetlb"}) {
    expect(find(said, field), std::string("there is no ") + field);
  }
  sandbox.stop_and_remove();
}
const Case kNumbers("events/the-numbers-are-those-of-the-cgroup", "cli-contract 5.4", numbers);

// Controllers without a limit that would enable them.
void unlimited(Sandbox& sandbox) {
  for (const char* name : {"memory", "pids"})
    require_controller(name);
  Bundle bundle = placed(sandbox);
  bundle.remove("/linux/resources");
  sandbox.create_and_start(bundle);
  const json::Document said = report_now(sandbox);
  for (const char* field : {"/data/memory/usage/usage", "/data/pids/current"})
    expect(find(said, field), std::string("there is no ") + field);
  sandbox.stop_and_remove();
}
const Case kUnlimited("events/what-is-not-limited-is-counted", "cli-contract 5.4", unlimited);

void cpus(Sandbox& sandbox) {
  require_limits_in_v2(sandbox);
  require_controller("cpuset");
  Bundle bundle = placed(sandbox);
  bundle.set_json("/linux/resources", R"({"cpu": {"cpus": "0", "mems": "0"}})");
  sandbox.create_and_start(bundle);
  const json::Document said = report_now(sandbox);
  const json::Value* list = find(said, "/data/cpuset/cpus");
  expect(list != nullptr, "there is no list of its processors");
  expect_equal("its processors", to_text(*list), "[0]");
  sandbox.stop_and_remove();
}
const Case kCpus("events/its-processors-are-listed", "cli-contract 5.4", cpus);

void pressure(Sandbox& sandbox) {
  require_limits_in_v2(sandbox);
  require_file("/proc/pressure/cpu");
  Bundle bundle = placed(sandbox);
  sandbox.create_and_start(bundle);
  const json::Document said = report_now(sandbox);
  for (const char* kind : {"cpu", "memory", "blkio"}) {
    for (const char* field : {"avg10", "avg60", "avg300", "total"}) {
      const std::string pointer = std::string("/data/") + kind + "/psi/some/" + field;
      const json::Value* value = find(said, pointer);
      expect(value && value->IsNumber(), "there is no " + pointer);
    }
  }
  sandbox.stop_and_remove();
}
const Case kPressure("events/pressure-is-told", "cli-contract 5.4", pressure);

void out_of_memory(Sandbox& sandbox) {
  require_limits_in_v2(sandbox);
  require_controller("memory");
  Bundle bundle = placed(sandbox);
  bundle.set_json("/linux/resources", R"({"memory": {"limit": 33554432, "swap": 33554432}})");
  // The OOM killer ends a child, and init survives.
  bundle.shell("read -t 1 line < /dev/zero; sleep 1; (tail /dev/zero); sleep 1000");
  sandbox.create(bundle);
  Command events(sandbox.invocation({"events", "--interval", "1h", sandbox.id()}),
                 sandbox.directory());
  sandbox.start();
  expect(eventually([&] { return !read_file(events.out_file()).empty(); }, 20000),
         "it does not say that memory ran out");
  expect_equal("its message", lines(read_file(events.out_file())).at(0),
               "{\"type\":\"oom\",\"id\":\"" + sandbox.id() + "\"}");
  expect_equal("status", sandbox.status(), "running");
  sandbox.stop_and_remove();
  expect_equal("exit code", events.wait().exit_code, 0);
}
const Case kOom("events/out-of-memory-is-told-at-once", "cli-contract 5.4", out_of_memory, 60);

void bad_interval(Sandbox& sandbox) {
  Bundle bundle = placed(sandbox);
  sandbox.create_and_start(bundle);
  for (const char* bad : {"0", "-1s", "soon", "5", "1 s"}) {
    const Outcome said = sandbox.call({"events", "--stats", "--interval", bad, sandbox.id()});
    expect(said.exit_code != 0, std::string("it takes an interval of ") + bad);
    expect_contains("its message", said.err, "interval");
  }
  for (const char* good : {"100ms", "1s", "1m30s", "1.5h"}) {
    const Outcome said = sandbox.call({"events", "--stats", "--interval", good, sandbox.id()});
    expect_equal(std::string("exit code of ") + good, said.exit_code, 0);
  }
  sandbox.stop_and_remove();
}
const Case kInterval("events/an-interval-is-a-time-above-0", "cli-contract 5.4", bad_interval);

}  // namespace
}  // namespace oci::conformance
