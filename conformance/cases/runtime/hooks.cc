// Hooks: order, environment, input and failures (config.md#posix-platform-hooks).
#include <algorithm>
#include <cstdint>
#include <filesystem>

#include "conformance/cases/runtime/hook_json.h"
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

constexpr const char* kKinds[] = {"prestart",       "createRuntime", "createContainer",
                                  "startContainer", "poststart",     "poststop"};

// A bundle whose hooks can log from host and container: the log directory of the case is /log
// inside.
Bundle logged(Sandbox& sandbox) {
  make_dir(sandbox.path("log"));
  Bundle bundle = sandbox.bundle();
  bundle.mount("/log", "bind", sandbox.path("log"), {"bind"});
  return bundle;
}

bool inside(const std::string& kind) {
  return kind == "startContainer";
}

std::string log_path(const Sandbox& sandbox, const std::string& kind) {
  return inside(kind) ? "/log" : sandbox.path("log");
}

// Adds a script as a hook. $LOG is the log directory as seen by this kind.
void add_hook(Bundle& bundle, const Sandbox& sandbox, const std::string& kind,
              const std::string& script, Input input = Input::kDrained) {
  bundle.add("/hooks/" + kind,
             hook_json(sandbox, {.kind = kind,
                                 .text = script,
                                 .env = {"KIND=" + kind, "LOG=" + log_path(sandbox, kind)},
                                 .input = input}));
}

std::string log_of(const Sandbox& sandbox, const std::string& name) {
  return read_file(sandbox.path("log/" + name));
}

Bundle with_all(Sandbox& sandbox) {
  Bundle bundle = logged(sandbox);
  bundle.shell("echo program >> /log/order");
  for (const char* kind : kKinds) {
    add_hook(bundle, sandbox, kind, "echo $KIND 1 >> $LOG/order");
    add_hook(bundle, sandbox, kind, "echo $KIND 2 >> $LOG/order");
  }
  return bundle;
}

// Returns the lines logged since the last call.
std::string logged_now(const Sandbox& sandbox) {
  std::string text = log_of(sandbox, "order");
  write_file(sandbox.path("log/order"), "");
  return text;
}

void order_of_create(Sandbox& sandbox) {
  Bundle bundle = with_all(sandbox);
  bundle.remove("/hooks/poststart");
  sandbox.create(bundle);
  expect_equal("hooks of create", logged_now(sandbox),
               "prestart 1\nprestart 2\ncreateRuntime 1\ncreateRuntime 2\ncreateContainer 1\n"
               "createContainer 2\n");
  sandbox.remove();
}
const Case kCreateOrder("hooks/those-of-create-in-their-order", "runtime.md#lifecycle",
                        order_of_create);

void order_of_start(Sandbox& sandbox) {
  Bundle bundle = with_all(sandbox);
  sandbox.create(bundle);
  logged_now(sandbox);
  sandbox.start();
  std::string started = logged_now(sandbox);
  // The program has begun when the poststart hooks run, but it may write its line before or after
  // them.
  if (const size_t at = started.find("program\n"); at != started.npos) started.erase(at, 8);
  expect_equal("hooks when start returns", started,
               "startContainer 1\nstartContainer 2\npoststart 1\npoststart 2\n");
  sandbox.wait_stopped();
  sandbox.remove();
}
const Case kStartOrder("hooks/those-of-start-before-it-returns", "runtime.md#lifecycle",
                       order_of_start);

void order_of_delete(Sandbox& sandbox) {
  Bundle bundle = with_all(sandbox);
  sandbox.create_and_start(bundle);
  sandbox.wait_stopped();
  logged_now(sandbox);
  sandbox.remove();
  expect_equal("hooks of delete", logged_now(sandbox), "poststop 1\npoststop 2\n");
}
const Case kDeleteOrder("hooks/those-of-delete-before-it-returns", "runtime.md#lifecycle",
                        order_of_delete);

void before_the_program(Sandbox& sandbox) {
  Bundle bundle = logged(sandbox);
  bundle.shell("echo program >> /log/order");
  add_hook(bundle, sandbox, "startContainer", "sleep 0.2; echo hook >> $LOG/order");
  sandbox.run(bundle);
  expect_equal("order", log_of(sandbox, "order"), "hook\nprogram\n");
}
const Case kBefore("hooks/start-container-ends-before-the-program-begins", "runtime.md#lifecycle",
                   before_the_program);

void after_the_program(Sandbox& sandbox) {
  Bundle bundle = logged(sandbox);
  bundle.shell("touch /log/begun; sleep 20");
  add_hook(bundle, sandbox, "poststart",
           "i=0; while [ ! -e $LOG/begun ] && [ $i -lt 50 ]; do sleep 0.1; i=$((i+1)); done;"
           "[ -e $LOG/begun ] && echo yes > $LOG/seen");
  sandbox.create_and_start(bundle);
  expect_equal("the program was seen running by poststart", log_of(sandbox, "seen"), "yes\n");
  sandbox.stop_and_remove();
}
const Case kAfter("hooks/poststart-comes-after-the-program-began", "runtime.md#lifecycle",
                  after_the_program);

void places(Sandbox& sandbox) {
  Bundle bundle = logged(sandbox);
  bundle.shell("for n in mnt uts net; do readlink /proc/self/ns/$n; done > /log/program");
  for (const char* kind : kKinds) {
    add_hook(bundle, sandbox, kind,
             "for n in mnt uts net; do readlink /proc/self/ns/$n; done > $LOG/$KIND");
  }
  sandbox.run(bundle);
  std::string own;
  for (const char* name : {"mnt", "uts", "net"}) {
    own += std::string(std::filesystem::read_symlink(std::string("/proc/self/ns/") + name)) + "\n";
  }
  for (const std::string kind : kKinds) {
    const bool container = kind == "createContainer" || kind == "startContainer";
    expect_equal("namespaces of " + kind, log_of(sandbox, kind),
                 container ? log_of(sandbox, "program") : own);
  }
}
const Case kPlaces("hooks/each-runs-in-its-namespaces", "config.md#posix-platform-hooks", places);

void root_of_each(Sandbox& sandbox) {
  Bundle bundle = logged(sandbox);
  bundle.file("only-inside", "");
  add_hook(bundle, sandbox, "createContainer",
           "[ -e " + bundle.rootfs("only-inside") +
               " ] && [ ! -e /only-inside ] &&"
               " echo host > $LOG/createContainer");
  add_hook(bundle, sandbox, "startContainer",
           "[ -e /only-inside ] && echo container > $LOG/startContainer");
  sandbox.run(bundle);
  expect_equal("view of createContainer", log_of(sandbox, "createContainer"), "host\n");
  expect_equal("view of startContainer", log_of(sandbox, "startContainer"), "container\n");
}
const Case kRoots("hooks/create-container-runs-before-the-pivot-start-container-after",
                  "config.md#createcontainer-hooks", root_of_each);

void mounts_are_done(Sandbox& sandbox) {
  Bundle bundle = logged(sandbox);
  bundle.mount("/made", "tmpfs", "hook-sees-me");
  add_hook(bundle, sandbox, "createContainer",
           "grep -c hook-sees-me /proc/self/mountinfo > $LOG/n");
  sandbox.run(bundle);
  expect_equal("mounts seen", log_of(sandbox, "n"), "1\n");
}
const Case kMounted("hooks/create-container-sees-the-mounts", "config.md#createcontainer-hooks",
                    mounts_are_done);

void state(Sandbox& sandbox) {
  Bundle bundle = logged(sandbox);
  bundle.set_json("/annotations", R"({"org.example.key": "value"})").args({"/bin/probe", "sleep"});
  for (const char* kind : kKinds)
    add_hook(bundle, sandbox, kind, "cat > $LOG/$KIND", Input::kUsed);
  sandbox.create_and_start(bundle);
  const int64_t pid = sandbox.init_pid();
  sandbox.stop_and_remove();
  for (const std::string kind : kKinds) {
    const json::Document seen = parse_json("the state for " + kind, log_of(sandbox, kind));
    const auto text = [&](const char* pointer) -> std::string {
      const json::Value* value = find(seen, pointer);
      return value && value->IsString() ? value->GetString() : "(missing)";
    };
    expect_equal("id for " + kind, text("/id"), sandbox.id());
    expect_equal("bundle for " + kind, text("/bundle"), bundle.directory());
    expect_equal("annotation for " + kind, text("/annotations/org.example.key"), "value");
    expect(text("/ociVersion").starts_with("1."), "ociVersion for " + kind + " is missing");
    const bool runtime_side = kind == "prestart" || kind == "createRuntime" || kind == "poststart";
    if (const json::Value* its = find(seen, "/pid"); runtime_side) {
      expect(its && its->IsInt64(), "no pid for " + kind);
      expect_equal("pid for " + kind, its->GetInt64(), pid);
    }
  }
}
const Case kState("hooks/the-state-comes-on-standard-input", "config.md#posix-platform-hooks",
                  state);

void statuses(Sandbox& sandbox) {
  Bundle bundle = logged(sandbox);
  bundle.args({"/bin/probe", "sleep"});
  for (const char* kind : kKinds) {
    add_hook(bundle, sandbox, kind, "grep -o '\"status\": *\"[a-z]*\"' > $LOG/$KIND", Input::kUsed);
  }
  sandbox.create_and_start(bundle);
  sandbox.stop_and_remove();
  constexpr const char* kWanted[] = {"creating", "creating", "creating",
                                     "created",  "running",  "stopped"};
  for (size_t at = 0; at < std::size(kKinds); ++at) {
    expect_contains(std::string("status for ") + kKinds[at], log_of(sandbox, kKinds[at]),
                    std::string("\"") + kWanted[at] + "\"");
  }
}
const Case kStatuses("hooks/the-status-tells-the-phase", "runtime.md#lifecycle", statuses);

void namespace_of_pid(Sandbox& sandbox) {
  Bundle bundle = logged(sandbox);
  bundle.shell("readlink /proc/self/ns/net > /log/program");
  add_hook(bundle, sandbox, "createRuntime",
           "pid=$(grep -o '\"pid\": *[0-9]*' | grep -o '[0-9]*$'); readlink /proc/$pid/ns/net > "
           "$LOG/hook",
           Input::kUsed);
  sandbox.run(bundle);
  expect_equal("network of the pid in the state", log_of(sandbox, "hook"),
               log_of(sandbox, "program"));
}
const Case kPidLeads("hooks/the-pid-leads-to-the-containers-network", "runtime.md#state",
                     namespace_of_pid);

// Sorted, without the variables that the shell adds.
Words environment_of(const std::string& text) {
  Words words = lines(text);
  std::erase_if(words, [](const std::string& word) {
    return word.starts_with("PWD=") || word.starts_with("SHLVL=") || word.starts_with("_=");
  });
  std::ranges::sort(words);
  return words;
}

void environment(Sandbox& sandbox) {
  Bundle bundle = logged(sandbox);
  for (const char* kind : {"prestart", "createContainer", "startContainer", "poststop"}) {
    add_hook(bundle, sandbox, kind, "cat /proc/self/environ | tr '\\0' '\\n' > $LOG/$KIND");
  }
  sandbox.run(bundle);
  for (const std::string kind : {"prestart", "createContainer", "startContainer", "poststop"}) {
    expect_equal("environment of " + kind, shown(environment_of(log_of(sandbox, kind))),
                 "[KIND=" + kind + " LOG=" + log_path(sandbox, kind) + " PATH=/bin:/usr/bin]");
  }
}
const Case kEnvironment("hooks/env-is-the-whole-environment", "config.md#posix-platform-hooks",
                        environment);

void arguments(Sandbox& sandbox) {
  Bundle bundle = logged(sandbox);
  add_hook(bundle, sandbox, "prestart", "");
  // Not busybox: it selects the applet by args[0].
  const std::string script = sandbox.path("hook.sh");
  write_file(
      script,
      "#!/bin/sh\ncat > /dev/null\nprintf '<%s>' \"$@\" > " + sandbox.path("log") + "/args\n",
      0755);
  bundle.set("/hooks/prestart/0/path", script)
      .set("/hooks/prestart/0/args", Words{"argv-zero", "", "two words", "-x"});
  expect_equal("exit code", sandbox.run(bundle).exit_code, 0);
  expect_equal("arguments", log_of(sandbox, "args"), "<><two words><-x>");
}
const Case kArguments("hooks/args-arrive-as-they-are", "config.md#posix-platform-hooks", arguments);

}  // namespace
}  // namespace oci::conformance
