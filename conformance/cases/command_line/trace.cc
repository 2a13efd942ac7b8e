// --trace and OCI_RT_TRACE: the time of each step, for Perfetto (runtime/docs/tracing.md).
#include <algorithm>
#include <iterator>
#include <map>
#include <memory>

#include "conformance/cases/runtime/hook_json.h"
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/json.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

constexpr char kClause[] = "oci-rt --help";

struct Step {
  std::string name, about;
  int64_t pid;
  double begin, end;  // microseconds
};

// A trace that was read: it is one JSON array.
class Trace {
 public:
  explicit Trace(const std::string& file) {
    const json::Document document = parse_json("the trace", read_file(file));
    expect(document.IsArray(), "the trace is no array");
    for (const json::Value& event : document.GetArray()) {
      const int64_t pid = event["pid"].GetInt64();
      const json::Value* about = find(event, "/args/about");
      if (event["ph"] == "M") processes_[event["args"]["name"].GetString()] = pid;
      if (event["ph"] != "X") continue;
      const double begin = event["ts"].GetDouble();
      steps_.push_back({event["name"].GetString(), about == nullptr ? "" : about->GetString(), pid,
                        begin, begin + event["dur"].GetDouble()});
    }
  }

  bool has_process(const std::string& name) const { return processes_.contains(name); }
  int64_t pid_of(const std::string& name) const {
    const auto found = processes_.find(name);
    expect(found != processes_.end(), "no process of the trace is '" + name + "'");
    return found->second;
  }
  // In the order in which they began.
  Words names_of(int64_t pid) const {
    std::vector<Step> its;
    std::ranges::copy_if(steps_, std::back_inserter(its),
                         [&](const Step& step) { return step.pid == pid; });
    std::ranges::stable_sort(its, {}, &Step::begin);
    Words names;
    for (const Step& step : its)
      names.push_back(step.name);
    return names;
  }
  const Step& step(int64_t pid, const std::string& name) const {
    const auto found = std::ranges::find_if(
        steps_, [&](const Step& step) { return step.pid == pid && step.name == name; });
    expect(found != steps_.end(), "no step is '" + name + "'");
    return *found;
  }
  size_t size() const { return steps_.size(); }
  // Two steps of a process are one in the other, or one after the other.
  void expect_nested() const {
    constexpr double kRounding = 0.0015;
    for (const Step& one : steps_) {
      for (const Step& other : steps_) {
        if (one.pid != other.pid || other.begin <= one.begin + kRounding) continue;
        expect(other.begin >= one.end - kRounding || other.end <= one.end + kRounding,
               "'" + other.name + "' begins in '" + one.name + "' and ends after it");
      }
    }
  }

 private:
  std::vector<Step> steps_;
  std::map<std::string, int64_t> processes_;
};

// All of `wanted`, in this order.
void expect_in_order(const Words& names, const Words& wanted) {
  auto at = names.begin();
  for (const std::string& name : wanted) {
    at = std::find(at, names.end(), name);
    expect(at != names.end(),
           "the step '" + name + "' is not where it should be in " + shown(names));
    ++at;
  }
}

Spawn traced(Sandbox& sandbox, const std::string& file, const Words& arguments) {
  Spawn spawn = sandbox.invocation(arguments);
  spawn.argv.insert(spawn.argv.begin() + 1, {"--trace", file});
  return spawn;
}

Spawn with_variable(Sandbox& sandbox, const std::string& file, const Words& arguments) {
  Spawn spawn = sandbox.invocation(arguments);
  spawn.env.push_back("OCI_RT_TRACE=" + file);
  return spawn;
}

void require_trace(Sandbox& sandbox) {
  const Outcome help = sandbox.call({"--help"});
  if ((help.out + help.err).find("--trace") == std::string::npos) {
    throw Skipped(sandbox.runtime().name + " has no --trace");
  }
}

void expect_success(Sandbox& sandbox, Spawn spawn) {
  const Outcome outcome = sandbox.call(std::move(spawn));
  expect_equal("exit code (" + trimmed(outcome.err) + ")", outcome.exit_code, 0);
  expect_equal("stderr", outcome.err, "");
}

// The rows of init's table that a plain container passes.
const Words kSteps = {"verify",
                      "join namespaces",
                      "leave the runtime",
                      "isolate mounts",
                      "attach root",
                      "mount",
                      "make devices",
                      "set names",
                      "verify",
                      "run hooks",
                      "set sysctl",
                      "run createContainer hook",
                      "finish root",
                      "pivot root",
                      "verify",
                      "report ready",
                      "change user",
                      "limit capabilities",
                      "find program",
                      "verify",
                      "settle",
                      "wait for start",
                      "run startContainer hook",
                      "arrange descriptors",
                      "load seccomp",
                      "execute"};

void run(Sandbox& sandbox) {
  require_trace(sandbox);
  const std::string file = sandbox.path("trace.json");
  Bundle bundle = sandbox.bundle();
  bundle.add("/hooks/createRuntime", hook_json(sandbox, {.kind = "createRuntime", .text = "true"}));
  bundle.add("/hooks/poststop", hook_json(sandbox, {.kind = "poststop", .text = "true"}));
  bundle.shell("sleep 0.05").write();
  expect_success(sandbox,
                 traced(sandbox, file, {"run", "--bundle", bundle.directory(), sandbox.id()}));
  const Trace trace(file);
  trace.expect_nested();
  const int64_t verb = trace.pid_of("oci-rt run " + sandbox.id());
  const int64_t init = trace.pid_of("init of " + sandbox.id());
  expect_in_order(trace.names_of(verb),
                  {"run", "read config.json", "plan", "make the cgroup", "launch", "clone init",
                   "wait for init", "hook createRuntime", "save the record",
                   "open the gate and wait for the program", "wait for the end of the program",
                   "destroy", "hook poststop"});
  expect_in_order(trace.names_of(init), kSteps);
  const Step& hook = trace.step(verb, "hook createRuntime");
  expect_equal("the program of the hook", hook.about, sandbox.parts().busybox);
  // Both processes are on one clock: init waits for the hook meanwhile.
  const Step& wait = trace.step(init, "run hooks");
  expect(wait.begin <= hook.begin && hook.end <= wait.end, "the hook runs outside of init's step");
  const Step& program = trace.step(verb, "wait for the end of the program");
  expect(program.end - program.begin > 30'000, "the program sleeps shorter than it should");
}
const Case kRun("trace/has-a-span-for-each-step", kClause, run);

void verbs(Sandbox& sandbox) {
  require_trace(sandbox);
  const std::string file = sandbox.path("trace.json");
  const std::string& id = sandbox.id();
  sandbox.always("--trace=" + file);
  Bundle bundle = sandbox.bundle();
  bundle.args({"/bin/probe", "sleep"});
  sandbox.create(bundle);
  expect(!Trace(file).has_process("oci-rt start " + id), "start was traced before it was called");
  sandbox.start();
  expect_success(sandbox, sandbox.invocation({"exec", id, "true"}));
  sandbox.stop_and_remove();
  const Trace trace(file);
  trace.expect_nested();
  for (const std::string verb : {"create", "start", "exec", "kill", "delete"})
    expect(trace.has_process("oci-rt " + verb + " " + id), verb + " is not in the trace");
  // One table, of which `create` is told the first half and `start` the second.
  expect_in_order(trace.names_of(trace.pid_of("init of " + id)), kSteps);
  const Step& waited = trace.step(trace.pid_of("init of " + id), "wait for start");
  const Step& start = trace.step(trace.pid_of("oci-rt start " + id), "start");
  expect(waited.begin < start.begin && waited.end > start.begin && waited.end < start.end,
         "init waits for another start");
  expect_in_order(trace.names_of(trace.pid_of("init in " + id)),
                  {"join namespaces", "enter root", "settle", "arrange descriptors", "load seccomp",
                   "join namespaces", "begin session … execute"});
}
const Case kVerbs("trace/of-several-verbs-is-one-file", kClause, verbs);

void half(Sandbox& sandbox) {
  require_trace(sandbox);
  const std::string file = sandbox.path("trace.json");
  const std::string& id = sandbox.id();
  Bundle bundle = sandbox.bundle();
  bundle.args({"/bin/probe", "sleep"}).write();
  const auto end = [&] {
    sandbox.kill("KILL");
    expect(eventually([&] { return sandbox.status() == "stopped"; }), "the container runs on");
    sandbox.remove();
  };
  // Only `create`, and then only `start`.
  expect_success(sandbox, traced(sandbox, file, {"create", "--bundle", bundle.directory(), id}));
  sandbox.start();
  end();
  sandbox.create(bundle);
  expect_success(sandbox, traced(sandbox, file, {"start", id}));
  end();
  const Trace trace(file);
  const Words names = trace.names_of(trace.pid_of("init of " + id));
  expect(std::ranges::find(names, "wait for start") == names.end(), "start has steps of init");
}
const Case kHalf("trace/of-create-alone-or-of-start-alone", kClause, half);

void nothing(Sandbox& sandbox) {
  require_trace(sandbox);
  const std::string file = sandbox.path("trace.json");
  Bundle bundle = sandbox.bundle();
  bundle.shell("ls /proc/self/fd | wc -l; cat /proc/self/maps | grep -c times").write();
  const Words run = {"run", "--bundle", bundle.directory(), sandbox.id()};
  const Outcome plain = sandbox.call(sandbox.invocation(run));
  const Outcome empty = sandbox.call(with_variable(sandbox, "", run));
  expect(!exists(file), "there is a trace");
  const Outcome with = sandbox.call(traced(sandbox, file, run));
  expect(exists(file), "there is no trace");
  // The container finds no descriptor and no memory of the trace.
  expect_equal("output with an empty variable", empty.out, plain.out);
  expect_equal("output with a trace", with.out, plain.out);
  expect_contains("output", plain.out, "\n0\n");
}
const Case kNothing("trace/off-is-no-file-and-the-container-sees-neither", kClause, nothing);

void refused(Sandbox& sandbox) {
  require_trace(sandbox);
  const std::string good = sandbox.path("trace.json");
  const std::string none = sandbox.path("none");
  const std::string foreign = sandbox.path("foreign");
  write_file(foreign, "a file of somebody\n");
  Bundle bundle = sandbox.bundle();
  bundle.shell("echo ran").write();
  const Words run = {"run", "--bundle", bundle.directory(), sandbox.id()};
  const struct {
    std::string file, why;
  } wrong[] = {
      {none + "/x", "cannot be opened for appending: there is no directory '" + none + "/'"},
      {sandbox.directory(), "cannot be opened for appending: it is a directory"},
      {"/dev/null", "is not a regular file; name a new file"},
      {foreign, "holds something else than a trace; name a new file"},
  };
  for (const auto& one : wrong) {
    for (const bool by_option : {true, false}) {
      const Outcome outcome = sandbox.call(by_option ? traced(sandbox, one.file, run)
                                                     : with_variable(sandbox, one.file, run));
      const std::string said_by = by_option ? "--trace" : "OCI_RT_TRACE";
      expect_equal("exit code", outcome.exit_code, 1);
      expect_equal("the message", outcome.err,
                   "oci-rt: " + said_by + ": '" + one.file + "' " + one.why + "\n");
      expect_equal("output of the container", outcome.out, "");
      expect_equal("the state root", entries(sandbox.state_root()), Words());
    }
  }
  expect_equal("the other file", read_file(foreign), "a file of somebody\n");
  expect_equal("output of the control", sandbox.call(traced(sandbox, good, run)).out, "ran\n");
}
const Case kRefused("trace/a-file-that-cannot-hold-it-is-refused-first", kClause, refused);

void in_parallel(Sandbox& sandbox) {
  require_trace(sandbox);
  constexpr size_t kAtOnce = 8, kTimes = 5;
  const std::string file = sandbox.path("trace.json");
  Bundle bundle = sandbox.bundle();
  bundle.args({"/bin/probe", "sleep"});
  sandbox.create_and_start(bundle);
  for (size_t round = 0; round < kTimes; ++round) {
    std::vector<std::unique_ptr<Command>> commands;
    for (size_t i = 0; i < kAtOnce; ++i) {
      commands.push_back(std::make_unique<Command>(
          with_variable(sandbox, file, {"state", sandbox.id()}), sandbox.directory()));
    }
    for (const auto& command : commands)
      expect_equal("exit code", command->wait().exit_code, 0);
  }
  const size_t alone = Trace(file).size() / (kAtOnce * kTimes);
  expect(alone >= 2, "a command has too few spans");
  expect_equal("spans", Trace(file).size(), alone * kAtOnce * kTimes);
  sandbox.stop_and_remove();
}
const Case kParallel("trace/of-commands-at-once-stays-valid", kClause, in_parallel);

// Init asks for the time between its steps. A filter that kills for this call must not meet it.
void strict_filter(Sandbox& sandbox) {
  require_trace(sandbox);
  const std::string file = sandbox.path("trace.json");
  Bundle bundle = sandbox.bundle();
  bundle.set_json("/linux/seccomp", R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
      {"names": ["clock_gettime", "write"], "action": "SCMP_ACT_KILL_PROCESS"}]})");
  bundle.args({"/bin/busybox", "true"}).write();
  const Words run = {"run", "--bundle", bundle.directory(), sandbox.id()};
  expect_success(sandbox, traced(sandbox, file, run));
  const Trace trace(file);
  const Words names = trace.names_of(trace.pid_of("init of " + sandbox.id()));
  expect_equal("the last step", names.back(), "load seccomp … execute");
  // The control: this filter does kill.
  bundle.shell("echo x").write();
  expect_equal("exit code of the control", sandbox.call(traced(sandbox, file, run)).exit_code, 159);
}
const Case kStrictFilter("trace/makes-no-call-that-the-filter-refuses", kClause, strict_filter);

void failed(Sandbox& sandbox) {
  require_trace(sandbox);
  const std::string file = sandbox.path("trace.json");
  Bundle bundle = sandbox.bundle();
  bundle.args({"/no/such"}).write();
  const Outcome outcome =
      sandbox.call(traced(sandbox, file, {"run", "--bundle", bundle.directory(), sandbox.id()}));
  expect_equal("exit code", outcome.exit_code, 1);
  const Trace trace(file);
  trace.expect_nested();
  const Words names = trace.names_of(trace.pid_of("init of " + sandbox.id()));
  expect_equal("the step that failed", names.back(), "find program");
  expect_in_order(trace.names_of(trace.pid_of("oci-rt run " + sandbox.id())), {"run", "undo"});
}
const Case kFailed("trace/ends-with-the-step-that-failed", kClause, failed);

// time_namespaces(7): CLOCK_MONOTONIC of the container is an hour ahead.
void other_clock(Sandbox& sandbox) {
  require_trace(sandbox);
  const std::string file = sandbox.path("trace.json");
  Bundle bundle = sandbox.bundle();
  bundle.new_namespace("time").set_json("/linux/timeOffsets", R"({"monotonic": {"secs": 3600}})");
  bundle.args({"/bin/busybox", "true"}).write();
  expect_success(sandbox,
                 traced(sandbox, file, {"run", "--bundle", bundle.directory(), sandbox.id()}));
  const Trace trace(file);
  const Step& launch = trace.step(trace.pid_of("oci-rt run " + sandbox.id()), "launch");
  for (const std::string name : {"mount", "pivot root", "settle"}) {
    const Step& step = trace.step(trace.pid_of("init of " + sandbox.id()), name);
    expect(launch.begin <= step.begin && step.end <= launch.end,
           "'" + name + "' of init is not in the launch");
    expect(step.end > step.begin, "'" + name + "' took no time");
  }
}
const Case kOtherClock("trace/of-a-time-namespace-is-on-the-hosts-clock", kClause, other_clock);

}  // namespace
}  // namespace oci::conformance
