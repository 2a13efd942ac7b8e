// Until the pivot, the root is available at its own path. Hooks of NVIDIA, lxcfs and others work on
// it by that path (config.md#createcontainer-hooks), and binds see the mounts made there.
#include <sys/mount.h>

#include <string>

#include "conformance/cases/command_line/rootless_user.h"
#include "conformance/cases/runtime/hook_json.h"

namespace oci::conformance {
namespace {

constexpr char kHooks[] = "config.md#createcontainer-hooks";

// Each case runs for these callers and containers.
enum class As { kRoot, kUserNamespace, kOrdinaryUser };

// A bundle with a log directory, mounted at /log.
Bundle logged(Sandbox& sandbox, As as) {
  make_dir(sandbox.path("log"));
  ::chmod(sandbox.path("log").c_str(), 0777);
  Bundle bundle = as == As::kOrdinaryUser ? User(sandbox).bundle() : sandbox.bundle();
  if (as == As::kUserNamespace) bundle.user_namespace();
  bundle.mount("/log", "bind", sandbox.path("log"), {"bind"})
      .file("etc/x", "image's\n")
      .file("etc/ld.so.conf", "");
  return bundle;
}

std::string log_of(const Sandbox& sandbox, const std::string& name) {
  return read_file(sandbox.path("log/" + name));
}

// Environment of the script: $ROOT is the path of the root, $LOG the log directory, $OURS a file of
// the host.
void add_hook(Bundle& bundle, const Sandbox& sandbox, const std::string& kind,
              const std::string& script) {
  write_file(sandbox.path("ours"), "the host's\n");
  const Words env = {"ROOT=" + bundle.rootfs(), "LOG=" + sandbox.path("log"),
                     "OURS=" + sandbox.path("ours"), "BUSYBOX=" + sandbox.parts().busybox};
  bundle.add("/hooks/" + kind,
             hook_json(sandbox, {.kind = kind, .text = script, .env = env, .input = Input::kUsed}));
}

// Returns the output of the program.
std::string run(Sandbox& sandbox, As as, Bundle& bundle) {
  const Outcome ran = as == As::kOrdinaryUser ? User(sandbox).run(bundle) : sandbox.run(bundle);
  expect_equal("run (" + trimmed(ran.err) + ") exits with", ran.exit_code, 0);
  return ran.out;
}

void finds(Sandbox& sandbox, As as) {
  Bundle bundle = logged(sandbox, as);
  bundle.shell("true");
  add_hook(bundle, sandbox, "createContainer",
           "exec > $LOG/seen; cd /; [ -e $ROOT/proc/self/stat ] && echo proc;"
           "[ -e $ROOT/log/seen ] && echo bound");
  run(sandbox, as, bundle);
  expect_equal("below the path of the root is", log_of(sandbox, "seen"), "proc\nbound\n");
}

void binds(Sandbox& sandbox, As as) {
  Bundle bundle = logged(sandbox, as);
  bundle.shell("cat /etc/x");
  add_hook(bundle, sandbox, "createContainer", "cd /; mount -o bind $OURS $ROOT/etc/x");
  expect_equal("the file", run(sandbox, as, bundle), "the host's\n");
}

void binds_readonly(Sandbox& sandbox, As as) {
  Bundle bundle = logged(sandbox, as);
  bundle.set("/root/readonly", true).shell("cat /etc/x; touch /new 2>/dev/null || echo refused");
  add_hook(bundle, sandbox, "createContainer",
           "cd /; touch $ROOT/made && mount -o bind $OURS $ROOT/etc/x");
  expect_equal("the file", run(sandbox, as, bundle), "the host's\nrefused\n");
  expect(exists(bundle.rootfs("made")), "the root is read-only before its hooks have run");
}

// The steps of nvidia-ctk hook update-ldcache: a mount namespace, pivot_root, ldconfig.
void enters(Sandbox& sandbox, As as) {
  Bundle bundle = logged(sandbox, as);
  bundle.shell("cat /etc/x /etc/entered; ls /etc/pivoted");
  add_hook(bundle, sandbox, "createContainer",
           "cd /; chroot $ROOT /bin/busybox sh -c 'echo entered > /etc/entered' &&"
           "unshare -m $BUSYBOX sh -c 'cd $ROOT && pivot_root . . && umount -l . && cd / &&"
           " /bin/busybox touch /etc/pivoted'");
  expect_equal("the program's view", run(sandbox, as, bundle), "image's\nentered\n/etc/pivoted\n");
}

void caches(Sandbox& sandbox, As as) {
  const std::string ldconfig = require_program("ldconfig");
  Bundle bundle = logged(sandbox, as);
  bundle.shell("ls /etc/ld.so.cache");
  add_hook(bundle, sandbox, "createContainer", "cd /; " + ldconfig + " -r $ROOT 2>&1");
  expect_equal("the program finds", run(sandbox, as, bundle), "/etc/ld.so.cache\n");
}

// The way of libnvidia-container (`docker --gpus`): a prestart hook that enters by the pid in the
// state.
std::string entered(As as, const std::string& command) {
  const std::string user = as == As::kOrdinaryUser ? "-U --preserve-credentials " : "";
  return "pid=$(sed -n 's/.*\"pid\": *\\([0-9]*\\).*/\\1/p'); " + require_program("nsenter") +
         " -t $pid " + user + "-m " + command;
}

void nsenters(Sandbox& sandbox, As as) {
  Bundle bundle = logged(sandbox, as);
  bundle.shell("cat /etc/x");
  add_hook(bundle, sandbox, "prestart", entered(as, "$BUSYBOX mount -o bind $OURS $ROOT/etc/x"));
  expect_equal("the file", run(sandbox, as, bundle), "the host's\n");
}

void nsenters_readonly(Sandbox& sandbox, As as) {
  Bundle bundle = logged(sandbox, as);
  bundle.set("/root/readonly", true).shell("cat /etc/x");
  add_hook(bundle, sandbox, "createRuntime",
           entered(as, "$BUSYBOX mount -o bind $OURS $ROOT/etc/x"));
  expect_equal("the file", run(sandbox, as, bundle), "the host's\n");
}

void looks_through_proc(Sandbox& sandbox, As as) {
  Bundle bundle = logged(sandbox, as);
  bundle.shell("true");
  add_hook(bundle, sandbox, "createRuntime",
           "pid=$(sed -n 's/.*\"pid\": *\\([0-9]*\\).*/\\1/p');"
           "[ -e /proc/$pid/root$ROOT/proc/sys ] && echo proc > $LOG/seen");
  run(sandbox, as, bundle);
  expect_equal("below /proc/PID/root is", log_of(sandbox, "seen"), "proc\n");
}

void works_in_the_root(Sandbox& sandbox, As as) {
  Bundle bundle = logged(sandbox, as);
  bundle.shell("true");
  add_hook(bundle, sandbox, "createContainer", "pwd > $LOG/seen");
  run(sandbox, as, bundle);
  expect_equal("its working directory", log_of(sandbox, "seen"), bundle.rootfs() + "\n");
}

// Three cases: for root, for a user namespace, for an unprivileged user.
class Three {
 public:
  Three(const std::string& name, void (*function)(Sandbox&, As))
      : root_("hooks/" + name, kHooks, [=](Sandbox& s) { function(s, As::kRoot); }),
        mapped_("users/" + name, kHooks, [=](Sandbox& s) { function(s, As::kUserNamespace); }),
        user_("rootless/" + name, kHooks, [=](Sandbox& s) { function(s, As::kOrdinaryUser); }) {}

 private:
  const Case root_, mapped_, user_;
};

const Three kFinds("create-container-finds-the-root-at-its-path", finds);
const Three kBinds("create-container-mounts-into-the-root-by-its-path", binds);
const Three kReadonly("create-container-mounts-into-a-read-only-root", binds_readonly);
const Three kEnters("create-container-enters-the-root-by-its-path", enters);
const Three kCaches("create-container-makes-the-cache-of-ldconfig", caches);
const Three kNsenters("prestart-mounts-into-the-root-by-its-path", nsenters);
const Three kNsentersReadonly("create-runtime-mounts-into-a-read-only-root", nsenters_readonly);
const Three kWorks("create-container-works-in-the-root", works_in_the_root);
const Case kProc("hooks/create-runtime-finds-the-root-below-proc", kHooks,
                 [](Sandbox& sandbox) { looks_through_proc(sandbox, As::kRoot); });

}  // namespace
}  // namespace oci::conformance
