// Hostile root filesystems: T1 to T6, T8 and T10 of threats 2. The others are in
// threats_configs.cc. Each case fails on a runtime with the flaw of its name.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

void link_to(const std::string& target, const std::string& path) {
  if (::symlink(target.c_str(), path.c_str()) != 0) throw Failed("symlink " + path);
}

// A directory of the host that no container may touch.
std::string precious(Sandbox& sandbox) {
  const std::string directory = sandbox.path("precious");
  make_dir(directory);
  write_file(directory + "/ptmx", "mine\n");
  write_file(directory + "/file", "mine\n");
  return directory;
}

void expect_untouched(Sandbox& sandbox) {
  const std::string directory = sandbox.path("precious");
  expect_equal("names in the host's directory", shown(entries(directory)), "[file ptmx]");
  expect_equal("a file of the host's", read_file(directory + "/ptmx"), "mine\n");
  expect_equal("a file of the host's", read_file(directory + "/file"), "mine\n");
}

// T1: /dev of the image is a link to a directory of the host.
void dev_is_a_link(Sandbox& sandbox) {
  const std::string host = precious(sandbox);
  for (const std::string& target : {host, "../../../.." + host}) {
    Bundle bundle = sandbox.bundle("t1");
    remove_tree(bundle.rootfs("dev"));
    link_to(target, bundle.rootfs("dev"));
    const Outcome ran = sandbox.run(bundle);  // runs inside its root or is refused
    if (sandbox.runtime().json_paths) {
      expect_contains("the refusal", ran.err, "a symbolic link of the image is in the way");
    }
    expect_untouched(sandbox);
    ::unlink(bundle.rootfs("dev").c_str());
  }
}
const Case kDevLink("threats/t1-dev-is-a-link-to-the-host",
                    "threats 2 (T1), CVE-2026-41579, CVE-2026-47766", dev_is_a_link);

void parent_is_a_link(Sandbox& sandbox) {
  const std::string host = precious(sandbox);
  Bundle bundle = sandbox.bundle();
  link_to(host, bundle.rootfs("dev/sub"));
  bundle.set_json("/linux/devices",
                  R"([{"path": "/dev/sub/made", "type": "c", "major": 1, "minor": 3}])");
  sandbox.run(bundle);
  expect_untouched(sandbox);
}
const Case kParentLink("threats/t1-the-parent-of-a-device-is-a-link",
                       "threats 2 (T1), CVE-2026-41579", parent_is_a_link);

// T2: a runtime masks paths with the image's /dev/null.
void null_is_a_link(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.file("attack", "attacker\n").file("secret", "secret\n");
  bundle.set_json("/linux/maskedPaths", R"(["/secret"])")
      .args({"/bin/busybox", "sh", "-c",
             "case $(cat /secret) in '') exit 40;; secret) exit 41;; *) exit 42;; esac"});
  // Judged by the exit code, since the flaw of T3 could swallow the output.
  expect_equal("exit code of the control", sandbox.run(bundle).exit_code, 40);
  for (const char* target : {"/attack", "/missing", "/proc/self/environ"}) {
    ::unlink(bundle.rootfs("dev/null").c_str());
    link_to(target, bundle.rootfs("dev/null"));
    const int code = sandbox.run(bundle).exit_code;
    expect(code != 41 && code != 42, "the path is not masked (" + std::to_string(code) + ")");
  }
}
const Case kNullLink("threats/t2-dev-null-is-not-what-masks", "threats 2 (T2), CVE-2025-31133",
                     null_is_a_link);

void null_is_a_file(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.file("secret", "secret\n").file("dev/null", "attacker\n");
  bundle.set_json("/linux/maskedPaths", R"(["/secret"])")
      .args({"/bin/busybox", "sh", "-c", "[ -z \"$(cat /secret)\" ] && exit 40; exit 41"});
  expect(sandbox.run(bundle).exit_code != 41, "the path is not masked");
}
const Case kNullFile("threats/t2-dev-null-is-a-file", "threats 2 (T2), CVE-2025-31133",
                     null_is_a_file);

// T3: standard streams on the host's /dev/null must not be reopened as a file of the image.
void null_streams(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.file("catch", "").shell("echo said; exit 9").write();
  link_to("/catch", bundle.rootfs("dev/null"));
  const Outcome ran = sandbox.call({"run", "--bundle", bundle.directory(), sandbox.id()});
  if (ran.exit_code != 9) return;  // refused
  expect_equal("stdout", ran.out, "said\n");
  expect_equal("the image's file", read_file(bundle.rootfs("catch")), "");
}
const Case kNullStreams("threats/t3-streams-stay-what-they-were", "threats 2 (T3), CVE-2026-88265",
                        null_streams);

// T4: /dev/console of the image is a link to the host.
void console_is_a_link(Sandbox& sandbox) {
  const std::string host = precious(sandbox);
  Bundle bundle = sandbox.bundle();
  bundle.set("/process/terminal", true)
      .mount("/dev/pts", "devpts", "devpts", {"newinstance", "ptmxmode=0666"})
      .shell("true");
  link_to(host + "/console", bundle.rootfs("dev/console"));
  bundle.write();
  const std::string program = require_program("script");
  Spawn spawn = sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()});
  std::string line;
  for (const std::string& word : spawn.argv)
    line += "'" + word + "' ";
  spawn.argv = {program, "-qec", line, "/dev/null"};
  sandbox.call(spawn);
  expect_untouched(sandbox);
}
const Case kConsoleLink("threats/t4-dev-console-is-a-link-to-the-host",
                        "threats 2 (T4), CVE-2026-88264, CVE-2025-52565", console_is_a_link);

// T5: /proc or /sys is a link. The kernel's files must not appear elsewhere.
void proc_is_a_link(Sandbox& sandbox) {
  for (const char* name : {"proc", "sys"}) {
    Bundle bundle = sandbox.bundle(std::string("t5") + name);
    if (name == std::string("sys")) bundle.mount("/sys", "sysfs", "sysfs", {"ro"});
    make_dir(bundle.rootfs("elsewhere"));
    remove_tree(bundle.rootfs(name));
    link_to("elsewhere", bundle.rootfs(name));
    const Outcome refused = sandbox.try_create(bundle);
    if (refused.exit_code == 0) sandbox.call({"delete", "--force", sandbox.id()});
    expect(refused.exit_code != 0, std::string("a link as /") + name + " is accepted");
  }
}
const Case kProcLink("threats/t5-proc-or-sys-is-a-link",
                     "threats 2 (T5), CVE-2019-19921, CVE-2023-27561", proc_is_a_link);

// T6: the working directory is a descriptor that the caller left open.
void cwd_is_a_descriptor(Sandbox& sandbox) {
  const int host = ::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (int number = 3; number < 20; ++number) {
    Bundle bundle = sandbox.bundle();
    bundle.set("/process/cwd", "/proc/self/fd/" + std::to_string(number))
        .args({"/bin/busybox", "sh", "-c",
               "[ -e ./bin/bash ] || [ -e ./usr/bin ] && exit 66; exit 0"})
        .write();
    Spawn spawn = sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()});
    for (int other = 3; other < 20; ++other)
      spawn.fds.emplace_back(host, other);
    expect(sandbox.call(spawn).exit_code != 66,
           "the working directory is the host's root, by descriptor " + std::to_string(number));
  }
  ::close(host);
}
const Case kCwd("threats/t6-the-working-directory-is-a-descriptor-of-the-host",
                "threats 2 (T6), CVE-2024-21626", cwd_is_a_descriptor, 60);

void workdir_link(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.set("/process/cwd", "/work")
      .args({"/bin/busybox", "sh", "-c", "[ -e ./usr/bin ] && exit 66; exit 0"});
  for (const char* number : {"3", "5", "7", "8", "9"}) {
    ::unlink(bundle.rootfs("work").c_str());
    link_to(std::string("/proc/self/fd/") + number, bundle.rootfs("work"));
    expect(sandbox.run(bundle).exit_code != 66, "the working directory is the host's");
  }
}
const Case kWorkdir("threats/t6-the-working-directory-is-a-link-to-a-descriptor",
                    "threats 2 (T6), CVE-2024-21626", workdir_link);

// T8: a mount's target leads out of the root by a link.
void target_is_a_link(Sandbox& sandbox) {
  const std::string host = precious(sandbox);
  Bundle bundle = sandbox.bundle();
  link_to(host, bundle.rootfs("out"));
  link_to("../../../../../../../../.." + host, bundle.rootfs("up"));
  write_file(sandbox.path("source"), "from the bundle\n");
  bundle.mount("/out/a", "tmpfs", "tmpfs")
      .mount("/up/b/c", "tmpfs", "tmpfs")
      .mount("/out/file", "bind", sandbox.path("source"), {"bind"});
  sandbox.run(bundle);
  expect_untouched(sandbox);
}
const Case kTargetLink("threats/t8-a-target-through-a-link-stays-inside",
                       "threats 2 (T8), CVE-2019-18837, CVE-2024-45310", target_is_a_link);

void masked_through_link(Sandbox& sandbox) {
  const std::string host = precious(sandbox);
  Bundle bundle = sandbox.bundle();
  link_to(host, bundle.rootfs("out"));
  bundle.set_json("/linux/maskedPaths", R"(["/out/file"])")
      .set_json("/linux/readonlyPaths", R"(["/out"])");
  sandbox.run(bundle);
  expect_untouched(sandbox);
  write_file(host + "/file", "mine\n");  // still writable
}
const Case kMaskLink("threats/t8-masks-through-a-link-stay-inside",
                     "threats 2 (T8), CVE-2021-30465", masked_through_link);

// A mask is the null device, and a device in a user namespace is a bind mount of the host's file.
// The container's root may own it.
void expect_null_kept(Sandbox& sandbox, Bundle& bundle, const std::string& path) {
  struct stat before = {}, after = {};
  expect(::stat("/dev/null", &before) == 0, "there is no /dev/null");
  const char* other = (before.st_mode & 0777) == 0676 ? "0666 " : "0676 ";
  sandbox.output(bundle, "chmod " + (other + path) + "; echo x > " + path + "; true");
  expect(::stat("/dev/null", &after) == 0, "there is no /dev/null");
  expect_equal("the mode of the host's /dev/null", after.st_mode, before.st_mode);
}

void null_behind_a_mask(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.file("secret", "secret\n");
  bundle.set_json("/linux/maskedPaths", R"(["/secret", "/proc/uptime"])");
  expect_null_kept(sandbox, bundle, "/secret");
  expect_null_kept(sandbox, bundle, "/proc/uptime");
}
const Case kNullMode("threats/t2-a-mask-is-no-way-to-the-hosts-null", "threats 2 (T2)",
                     null_behind_a_mask);

void null_of_mapped_root(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.user_namespace(0, 1).mount("/dev", "tmpfs", "tmpfs", {"mode=755"});
  expect_null_kept(sandbox, bundle, "/dev/null");
}
const Case kMappedNull("threats/t2-the-hosts-root-mapped-cannot-change-the-hosts-null",
                       "threats 2 (T2)", null_of_mapped_root);

void mount_over_proc(Sandbox& sandbox) {
  for (const char* target : {"/proc/self/attr", "/proc/sys", "/proc/self"}) {
    Bundle bundle = sandbox.bundle();
    bundle.mount(target, "tmpfs", "tmpfs");
    const Outcome refused = sandbox.try_create(bundle);
    if (refused.exit_code == 0) sandbox.call({"delete", "--force", sandbox.id()});
    expect(refused.exit_code != 0, std::string("a tmpfs on ") + target + " is accepted");
  }
}
const Case kOverProc("threats/a-mount-inside-proc-is-refused", "CVE-2019-16884", mount_over_proc);

void allowed_over_proc(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  write_file(sandbox.path("meminfo"), "made up\n");
  bundle.mount("/proc/meminfo", "bind", sandbox.path("meminfo"), {"bind", "ro"});
  expect_equal("content", sandbox.output(bundle, "cat /proc/meminfo"), "made up\n");
}
const Case kLxcfs("threats/lxcfs-may-cover-meminfo", "CVE-2019-16884", allowed_over_proc);

// T10: the program is /proc/self/exe, which is the runtime until execve.
void exec_itself(Sandbox& sandbox) {
  const std::string copy = sandbox.path("runtime-copy");
  copy_file(sandbox.runtime().path, copy);
  const std::string before = read_file(copy);
  Bundle bundle = sandbox.bundle();
  bundle.file("bin/again", "#!/proc/self/exe\n", 0755);
  for (const char* program : {"/proc/self/exe", "/bin/again"}) {
    bundle.args({program, "x"}).write();
    Spawn spawn = sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()});
    spawn.argv[0] = copy;
    sandbox.call(spawn);
    expect(read_file(copy) == before, "the runtime's own file changed");
  }
}
const Case kSelf("threats/t10-the-program-is-the-runtime-itself", "threats 2 (T10), CVE-2019-5736",
                 exec_itself);

// T10: a hostile neighbour in the same pid namespace opens /proc/PID/exe while containers start.
void exe_is_grabbed(Sandbox& sandbox) {
  const std::string copy = sandbox.path("runtime-copy");
  copy_file(sandbox.runtime().path, copy);
  const std::string before = read_file(copy);
  const auto call = [&](const Words& words) {
    Spawn spawn = sandbox.invocation(words);
    spawn.argv[0] = copy;
    return sandbox.call(spawn);
  };
  Bundle hostile = sandbox.bundle("hostile");
  constexpr char kAll[] = R"(["CAP_SYS_PTRACE", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH"])";
  for (const char* set : {"bounding", "effective", "permitted"}) {
    hostile.set_json(std::string("/process/capabilities/") + set, kAll);
  }
  hostile.args({"/bin/probe", "grab"});
  sandbox.create_and_start(hostile);
  const std::string pids = "/proc/" + std::to_string(sandbox.init_pid()) + "/ns/pid";
  Bundle victim = sandbox.bundle("victim");
  victim.args({"/bin/busybox", "true"}).new_namespace("pid", pids).write();
  for (int round = 0; round < 15; ++round) {
    call({"run", "--bundle", victim.directory(), sandbox.id() + "-v" + std::to_string(round)});
  }
  sandbox.kill("KILL");
  sandbox.wait_stopped();
  const std::string said = sandbox.said();
  sandbox.remove();
  expect(read_file(copy) == before, "the runtime's own file changed");
  expect_lacks("files that the neighbour could write to", said, "wrote");
}
const Case kGrabbed("threats/t10-a-neighbour-cannot-write-to-the-runtime",
                    "threats 2 (T10), CVE-2019-5736", exe_is_grabbed, 60);

void hosts_keyring(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.args({"/bin/probe", "syscall", "250", "0", "-3", "0"});  // KEYCTL_GET_KEYRING_ID, session
  const Outcome ran = sandbox.run(bundle);
  expect_contains("the answer", ran.out, "0 ok");
}
const Case kKeyring("threats/it-has-a-session-keyring", "threats 5", hosts_keyring);

void no_terminal_of_ours(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.args({"/bin/probe", "sti"});
  const Outcome ran = sandbox.run(bundle);
  expect(ran.exit_code != 0, "a character was pushed into the caller's terminal");
}
const Case kSti("threats/nothing-is-pushed-into-a-terminal", "threats 5", no_terminal_of_ours);

}  // namespace
}  // namespace oci::conformance
