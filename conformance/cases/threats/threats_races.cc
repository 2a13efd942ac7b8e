// The races of threats 7.2: an attacker with write access to the root filesystem exchanges a target
// with a link to the host while the runtime works on it. Files of the host must not change, and a
// container that runs must be confined as configured. A refusal is fine, too.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/race.h"
#include "conformance/harness/sandbox.h"
#include "conformance/harness/terminal.h"

namespace oci::conformance {
namespace {

constexpr int kSeconds = 120;  // for runtimes that make many calls

// A bundle that is recreated before each run, and a directory of the host that no container may
// touch.
struct Arena {
  explicit Arena(Sandbox& from) : sandbox(from), host(from.path("precious")) {}

  Sandbox& sandbox;
  std::string host;

  Bundle lay_out() const {
    remove_tree(host);
    make_dir(host + "/inner");
    write_file(host + "/file", "mine\n");
    write_file(host + "/ptmx", "mine\n");
    remove_tree(sandbox.path("bundle"));
    return sandbox.bundle();
  }
  // Prepares the exchange of `name` in the root filesystem with a link to `target`.
  Race race(Bundle& bundle, const std::string& name, const std::string& target) const {
    const std::string there = bundle.rootfs("the-other");
    if (::symlink(target.c_str(), there.c_str()) != 0) throw Failed("symlink " + there);
    return {.here = bundle.rootfs(name), .there = there, .prepare = {}, .judge = {}};
  }
  Spawn run(Bundle& bundle) const {
    bundle.write();
    sandbox.call({"delete", "--force", sandbox.id()});  // a refused run may have left something
    return sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()});
  }
  void expect_untouched() const {
    expect_equal("names in the host's directory", shown(entries(host)), "[file inner ptmx]");
    expect_equal("names in it", shown(entries(host + "/inner")), "[]");
    for (const char* name : {"/file", "/ptmx"})
      expect_equal("a file of the host's", read_file(host + name), "mine\n");
  }
};

// The common form: `edit` configures a use of `name`, and `judge` makes further checks after those
// of the host's files.
void exchange_with_link(Sandbox& sandbox, const std::string& name, const std::string& below_host,
                        const std::function<void(Bundle&)>& edit,
                        const std::function<void(const Outcome&)>& judge) {
  const Arena arena(sandbox);
  const auto lay_out = [&](Race& race) {
    Bundle bundle = arena.lay_out();
    edit(bundle);
    race = arena.race(bundle, name, arena.host + below_host);
    return arena.run(bundle);
  };
  Race race;
  lay_out(race);
  race.judge = [&](const Outcome& outcome) {
    arena.expect_untouched();
    if (outcome.exit_code == 0) judge(outcome);
  };
  race.prepare = [&] {
    Race same;
    return lay_out(same);
  };
  expect_safe(sandbox, race);
}

bool has_mount(const Outcome& outcome, const std::string& end_of_root, const std::string& option) {
  for (const Mounted& mount : Facts(outcome.out).mounts()) {
    if (mount.root.ends_with(end_of_root) &&
        ("," + mount.options + ",").find("," + option + ",") != std::string::npos) {
      return true;
    }
  }
  return false;
}

void mount_target(Sandbox& sandbox, const std::string& name, bool exists_before) {
  exchange_with_link(
      sandbox, name, "",
      [&](Bundle& bundle) {
        make_dir(bundle.rootfs("one/two"));
        if (exists_before) make_dir(bundle.rootfs("one/two/inner"));
        make_dir(sandbox.path("source"));
        bundle.mount("/one/two/inner", "bind", sandbox.path("source"), {"bind", "ro"});
      },
      [](const Outcome& outcome) {
        expect(has_mount(outcome, "/source", "ro"), "the mount is not in the container");
      });
}
const Case kMountTarget(
    "threats/race-a-mount-target", "threats 7.2, CVE-2021-30465",
    [](Sandbox& sandbox) { mount_target(sandbox, "one/two", true); }, kSeconds);
const Case kMountDepth(
    "threats/race-the-parent-of-a-mount-target", "threats 7.2, CVE-2021-30465, CVE-2024-45310",
    [](Sandbox& sandbox) { mount_target(sandbox, "one", true); }, kSeconds);
const Case kMakeTarget(
    "threats/race-a-mount-target-that-is-made", "threats 7.2, CVE-2024-45310",
    [](Sandbox& sandbox) { mount_target(sandbox, "one/two", false); }, kSeconds);

// Each new parent directory exists for a moment before the next one is created in it.
void made_on_the_way(Sandbox& sandbox) {
  exchange_with_link(
      sandbox, "first", "",
      [&](Bundle& bundle) {
        make_dir(sandbox.path("source"));
        bundle.mount("/first/second/third", "bind", sandbox.path("source"), {"bind", "ro"});
      },
      [](const Outcome& outcome) {
        expect(has_mount(outcome, "/source", "ro"), "the mount is not in the container");
      });
}
const Case kOnTheWay("threats/race-a-directory-that-was-just-made", "threats 7.2, CVE-2024-45310",
                     made_on_the_way, kSeconds);

// The destination is a dangling link, which the runtime resolves itself.
void through_a_link(Sandbox& sandbox, const std::string& text) {
  exchange_with_link(
      sandbox, "first", "",
      [&](Bundle& bundle) {
        make_dir(bundle.rootfs("first/below"));
        if (::symlink(text.c_str(), bundle.rootfs("link").c_str()) != 0) throw Failed("symlink");
        make_dir(sandbox.path("source"));
        bundle.mount("/link", "bind", sandbox.path("source"), {"bind", "ro"});
      },
      [](const Outcome& outcome) {
        expect(has_mount(outcome, "/source", "ro"), "the mount is not in the container");
      });
}
const Case kThroughLink(
    "threats/race-a-directory-behind-a-link", "threats 7.2, CVE-2024-45310",
    [](Sandbox& sandbox) { through_a_link(sandbox, "first/below/second"); }, kSeconds);
const Case kThroughDots(
    "threats/race-a-directory-above-a-link", "threats 7.2, CVE-2024-45310",
    [](Sandbox& sandbox) { through_a_link(sandbox, "/first/below/../second"); }, kSeconds);

// The directory left by the ".." of a link is moved up. The same number of ".." then leads above
// the root.
void moved_up(Sandbox& sandbox) {
  const Arena arena(sandbox);
  Race race{.here = sandbox.path("bundle/rootfs/first/below"),
            .there = sandbox.path("bundle/rootfs/the-other"),
            .prepare = {},
            .judge = {}};
  race.prepare = [&] {
    Bundle bundle = arena.lay_out();
    make_dir(race.here);
    make_dir(race.there);
    make_dir(sandbox.path("source"));
    if (::symlink("/first/below/../../second/third", bundle.rootfs("link").c_str()) != 0) {
      throw Failed("symlink");
    }
    bundle.mount("/link", "bind", sandbox.path("source"), {"bind", "ro"});
    return arena.run(bundle);
  };
  race.judge = [&](const Outcome&) {
    arena.expect_untouched();
    expect_equal("names beside the root", shown(entries(sandbox.path("bundle"))),
                 "[config.json rootfs]");
    expect(!exists("/second"), "a directory was made in the host's root");
  };
  expect_safe(sandbox, race);
}
const Case kMovedUp("threats/race-a-directory-that-is-moved-up", "threats 7.2, CVE-2024-45310",
                    moved_up, kSeconds);

void masked(Sandbox& sandbox) {
  exchange_with_link(
      sandbox, "secrets", "",
      [](Bundle& bundle) {
        bundle.file("secrets/file", "secret\n");
        make_dir(bundle.rootfs("secrets/inner"));
        bundle.set_json("/linux/maskedPaths", R"(["/secrets/file", "/secrets/inner"])");
      },
      [](const Outcome&) {});
}
const Case kMasked("threats/race-a-masked-path", "threats 7.2, CVE-2021-30465", masked, kSeconds);

void readonly(Sandbox& sandbox) {
  exchange_with_link(
      sandbox, "quiet", "",
      [](Bundle& bundle) {
        make_dir(bundle.rootfs("quiet"));
        bundle.set_json("/linux/readonlyPaths", R"(["/quiet"])");
      },
      [](const Outcome& outcome) {
        for (const Mounted& mount : Facts(outcome.out).mounts()) {
          expect(!mount.root.ends_with("/quiet") || mount.options.starts_with("ro"),
                 "the path is bound and writable");
        }
      });
}
const Case kReadonly("threats/race-a-read-only-path", "threats 7.2, CVE-2021-30465", readonly,
                     kSeconds);

void device(Sandbox& sandbox) {
  exchange_with_link(
      sandbox, "dev/sub", "",
      [](Bundle& bundle) {
        make_dir(bundle.rootfs("dev/sub"));
        bundle.set_json("/linux/devices",
                        R"([{"path": "/dev/sub/made", "type": "c", "major": 1, "minor": 3}])");
      },
      [](const Outcome&) {});
}
const Case kDevice("threats/race-the-directory-of-a-device", "threats 7.2, CVE-2026-41579", device,
                   kSeconds);

void dev(Sandbox& sandbox) {
  exchange_with_link(
      sandbox, "dev", "", [](Bundle&) {}, [](const Outcome&) {});
}
const Case kDev("threats/race-dev", "threats 7.2, CVE-2026-41579, CVE-2026-47766", dev, kSeconds);

void null(Sandbox& sandbox) {
  const Arena arena(sandbox);
  Race race{.here = sandbox.path("bundle/rootfs/dev/null"),
            .there = sandbox.path("bundle/rootfs/the-other"),
            .prepare = {},
            .judge = {}};
  race.prepare = [&] {
    Bundle bundle = arena.lay_out();
    bundle.file("attack", "attacker\n");
    arena.race(bundle, "dev/null", "/attack");
    if (::mknod(race.here.c_str(), S_IFCHR | 0666, makedev(1, 3)) != 0) throw Failed("mknod");
    bundle.set_json("/linux/maskedPaths", R"(["/proc/uptime"])")
        .args({"/bin/busybox", "sh", "-c", "[ -z \"$(cat /proc/uptime)\" ] || exit 41"});
    return arena.run(bundle);
  };
  race.judge = [&](const Outcome& outcome) {
    arena.expect_untouched();
    expect(outcome.exit_code != 41, "the path is not masked");
  };
  expect_safe(sandbox, race);
}
const Case kNull("threats/race-dev-null", "threats 7.2, CVE-2025-31133", null, kSeconds);

void console(Sandbox& sandbox) {
  const Arena arena(sandbox);
  Race race{.here = sandbox.path("bundle/rootfs/dev/console"),
            .there = sandbox.path("bundle/rootfs/the-other"),
            .prepare = {},
            .judge = {}};
  Terminal terminal = Terminal::open_new();
  race.prepare = [&] {
    Bundle bundle = arena.lay_out();
    bundle.file("dev/console", "").shell("true").set("/process/terminal", true);
    bundle.mount("/dev/pts", "devpts", "devpts", {"newinstance", "ptmxmode=0666"});
    arena.race(bundle, "dev/console", arena.host + "/console");
    Spawn spawn = arena.run(bundle);
    spawn.terminal = terminal.slave();
    return spawn;
  };
  race.judge = [&](const Outcome&) { arena.expect_untouched(); };
  expect_safe(sandbox, race);
}
const Case kConsole("threats/race-dev-console", "threats 7.2, CVE-2025-52565, CVE-2026-88264",
                    console, kSeconds);

// Writes of the runtime below /proc must not reach a file of the host.
void proc(Sandbox& sandbox) {
  const std::string fake = sandbox.path("fake-proc");
  for (const char* name : {"sys/kernel/domainname", "sys/kernel/hostname", "self/oom_score_adj",
                           "self/attr/exec", "self/setgroups", "thread-self/attr/exec"}) {
    const std::string path = fake + "/" + name;
    make_dir(path.substr(0, path.rfind('/')));
    write_file(path, "mine\n");
  }
  exchange_with_link(
      sandbox, "proc", "/../fake-proc",
      [](Bundle& bundle) {
        bundle.set_json("/linux/sysctl", R"({"kernel.domainname": "x"})");
        bundle.set("/process/oomScoreAdj", 500).shell("true");
      },
      [&](const Outcome&) {
        for (const char* name : {"sys/kernel/domainname", "sys/kernel/hostname",
                                 "self/oom_score_adj", "self/attr/exec", "self/setgroups"}) {
          expect_equal("a file of the host's", read_file(fake + "/" + name), "mine\n");
        }
      });
}
const Case kProc("threats/race-proc", "threats 7.2, CVE-2019-19921, CVE-2025-52881", proc,
                 kSeconds);

void sys(Sandbox& sandbox) {
  exchange_with_link(
      sandbox, "sys", "",
      [](Bundle& bundle) {
        bundle.mount("/sys", "sysfs", "sysfs", {"ro", "nosuid", "nodev", "noexec"});
      },
      [](const Outcome& outcome) {
        for (const Mounted& mount : Facts(outcome.out).mounts()) {
          expect(mount.type != "sysfs" || mount.options.starts_with("ro"), "sysfs is writable");
        }
      });
}
const Case kSys("threats/race-sys", "threats 7.2, CVE-2019-19921", sys, kSeconds);

// Two whole root filesystems: the container may run in either, but not in a mixture.
void whole_root(Sandbox& sandbox) {
  const Arena arena(sandbox);
  Race race{.here = sandbox.path("bundle/rootfs"),
            .there = sandbox.path("bundle/the-other"),
            .prepare = {},
            .judge = {}};
  race.prepare = [&] {
    Bundle bundle = arena.lay_out();
    remove_tree(sandbox.path("second"));
    Bundle second = sandbox.bundle("second");
    for (Bundle* one : {&bundle, &second})
      one->file("secret", "secret\n").file("quiet/file", "");
    if (::symlink(second.rootfs().c_str(), race.there.c_str()) != 0) throw Failed("symlink");
    bundle.set_json("/linux/maskedPaths", R"(["/secret"])")
        .set_json("/linux/readonlyPaths", R"(["/quiet"])")
        .shell(
            "[ -z \"$(cat /secret)\" ] || exit 41; touch /quiet/new 2>&1 && exit 42; "
            "[ -d /proc/1 ] || exit 43; exit 0");
    return arena.run(bundle);
  };
  race.judge = [&](const Outcome& outcome) {
    arena.expect_untouched();
    expect(outcome.exit_code < 41 || outcome.exit_code > 43,
           "the container is in half of each root");
  };
  expect_safe(sandbox, race);
}
const Case kRoot("threats/race-the-root-itself", "threats 7.2", whole_root, kSeconds);

void working_directory(Sandbox& sandbox) {
  const Arena arena(sandbox);
  const int host = ::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  Race race{.here = sandbox.path("bundle/rootfs/work"),
            .there = sandbox.path("bundle/rootfs/the-other"),
            .prepare = {},
            .judge = {}};
  race.prepare = [&] {
    Bundle bundle = arena.lay_out();
    make_dir(race.here);
    arena.race(bundle, "work", "/proc/self/fd/7");
    bundle.set("/process/cwd", "/work")
        .args({"/bin/busybox", "sh", "-c", "[ ! -e ./usr/bin ] || exit 66"});
    Spawn spawn = arena.run(bundle);
    for (const int number : {7, 8, 9})
      spawn.fds.emplace_back(host, number);
    return spawn;
  };
  race.judge = [&](const Outcome& outcome) {
    arena.expect_untouched();
    expect(outcome.exit_code != 66, "the working directory is the host's root");
  };
  expect_safe(sandbox, race);
  ::close(host);
}
const Case kWork("threats/race-the-working-directory", "threats 7.2, CVE-2024-21626",
                 working_directory, kSeconds);

}  // namespace
}  // namespace oci::conformance
