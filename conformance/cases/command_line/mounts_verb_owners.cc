// mounts add and mounts remove in contact with the host and with other users: propagation, ids,
// users, cleanup.
#include <sys/stat.h>

#include <climits>
#include <csignal>
#include <cstdlib>

#include "conformance/cases/command_line/mounts_verb.h"
#include "conformance/cases/command_line/rootless_user.h"
#include "conformance/harness/case.h"
#include "conformance/harness/race.h"
#include "conformance/harness/tracer.h"

namespace oci::conformance {
namespace {

// A tmpfs of the host, mounted shared.
class SharedSource {
 public:
  explicit SharedSource(const std::string& path, const char* size = "size=64k") : path_(path) {
    make_dir(path);
    if (::mount("tmpfs", path.c_str(), "tmpfs", 0, size) != 0 ||
        ::mount(nullptr, path.c_str(), nullptr, MS_SHARED, nullptr) != 0) {
      throw Skipped("no shared tmpfs to be had");
    }
    for (const char* name : {"/here", "/there"})
      make_dir(path + name);
  }
  SharedSource(const SharedSource&) = delete;
  SharedSource& operator=(const SharedSource&) = delete;
  ~SharedSource() { ::umount2(path_.c_str(), MNT_DETACH); }

 private:
  std::string path_;
};

void shared_root(Sandbox& sandbox) {
  const SharedSource around(sandbox.path("bundle"), "size=32m");
  Living living(sandbox);
  living.bundle().set("/linux/rootfsPropagation", "shared");
  living.begin();
  done(sandbox, "add", "[" + tmpfs("/new/a") + "," + living.bind("/new/b") + "]");
  expect(mounted_at(living.pid(), "/new/a").has_value(), "nothing is mounted at /new/a");
  expect_equal("a file of it", read_inside(sandbox, "/new/b/file"), "content\n");
  done(sandbox, "remove", "[" + destination("/new/a") + "," + destination("/new/b") + "]");
  expect(!mounted_at(living.pid(), "/new/a").has_value(), "it is still there");
  living.end();
}
const Case kSharedRoot("mounts-verb/a-shared-root-is-no-hindrance",
                       "config-linux.md#rootfs-mount-propagation", shared_root);

void shared_with_host(Sandbox& sandbox) {
  const SharedSource source(sandbox.path("shared"));
  Living living(sandbox);
  living.bundle().set("/linux/rootfsPropagation", "shared");
  living.bundle().mount("/shared", "bind", sandbox.path("shared"), {"rbind", "rshared"});
  living.bundle().mount("/private", "bind", sandbox.path("shared"), {"rbind", "rprivate"});
  living.begin();
  const std::string calm = mountinfo(living.pid());
  refused(sandbox, "add", "[" + tmpfs("/private/here") + "," + tmpfs("/shared/here") + "]",
          "mounts[1].destination");
  expect_equal("the mounts", mountinfo(living.pid()), calm);
  done(sandbox, "add", "[" + tmpfs("/private/here") + "]");  // the control
  living.end();
}
const Case kSharedWithHost("mounts-verb/nothing-is-mounted-where-the-host-would-see-it",
                           "mount_namespaces(7)", shared_with_host);

void shared_removal(Sandbox& sandbox) {
  const SharedSource source(sandbox.path("shared"));
  if (::mount("tmpfs", sandbox.path("shared/here").c_str(), "tmpfs", 0, "size=64k") != 0) {
    throw Skipped("no tmpfs to be had");
  }
  Living living(sandbox);
  living.bundle().set("/linux/rootfsPropagation", "shared");
  living.bundle().mount("/shared", "bind", sandbox.path("shared"), {"rbind", "rshared"});
  living.bundle().mount("/private", "bind", sandbox.path("shared"), {"rbind", "rprivate"});
  living.begin();
  refused(sandbox, "remove", "[" + destination("/shared/here") + "]", "mounts[0].destination");
  done(sandbox, "remove", "[" + destination("/private/here") + "]");  // the control
  expect(mounted_at(living.pid(), "/shared/here").has_value(), "it is gone");
  living.end();
}
const Case kSharedRemoval("mounts-verb/nothing-is-removed-that-the-host-would-lose",
                          "mount_namespaces(7)", shared_removal);

void slave(Sandbox& sandbox) {
  const SharedSource source(sandbox.path("shared"));
  Living living(sandbox);
  living.begin();
  const std::string json = R"({"destination": "/new", "source": ")" + sandbox.path("shared") +
                           R"(", "type": "bind", "options": ["rbind", )";
  done(sandbox, "add", "[" + json + R"("rslave"]}])");
  if (::mount("tmpfs", sandbox.path("shared/here").c_str(), "tmpfs", 0, "size=64k") != 0) {
    throw Skipped("no tmpfs to be had");
  }
  expect(mounted_at(living.pid(), "/new/here").has_value(),
         "a later mount of the host is not seen");
  ::umount2(sandbox.path("shared/here").c_str(), MNT_DETACH);
  done(sandbox, "remove", "[" + destination("/new") + "]");
  done(sandbox, "add", "[" + json + R"("rprivate"]}])");
  const std::string calm = mountinfo(living.pid());
  ::mount("tmpfs", sandbox.path("shared/here").c_str(), "tmpfs", 0, "size=64k");
  expect_equal("the mounts", mountinfo(living.pid()), calm);
  ::umount2(sandbox.path("shared/here").c_str(), MNT_DETACH);
  living.end();
}
const Case kSlave("mounts-verb/propagation-is-that-of-the-options", "config.md#linux-mount-options",
                  slave);

void removal(Sandbox& sandbox) {
  Living living(sandbox);
  living.bundle().file("under/file", "under\n");
  living.bundle().file("a-file", "under\n");
  living.bundle().mount("/volume", "bind", living.source(), {"bind"});
  living.begin();
  const std::string calm = mountinfo(living.pid());
  const std::string added = "[" + living.bind("/under") + "," + tmpfs("/under/below") + "," +
                            living.bind("/a-file", "/file") + "]";
  done(sandbox, "add", added);
  refused(sandbox, "remove",
          "[" + destination("/a-file") + "," + destination("/under/nothing") + "]",
          "mounts[1].destination ('/under/nothing')", {"nothing"});
  expect_equal("after a failure", read_inside(sandbox, "/a-file"), "content\n");
  done(sandbox, "remove", added);
  expect_equal("the covered files", read_inside(sandbox, "/under/file"), "under\n");
  expect_equal("a file that was covered", read_inside(sandbox, "/a-file"), "under\n");
  expect_equal("the mounts", mountinfo(living.pid()), calm);
  refused(sandbox, "remove", added, "mounts[0].destination ('/under'): nothing is mounted there",
          {"under"});
  for (int i = 0; i < 2; ++i)
    done(sandbox, "add", "[" + living.bind("/under") + "]");
  done(sandbox, "remove", "[" + destination("/under") + "]");
  expect_equal("after the top one is gone", read_inside(sandbox, "/under/file"), "content\n");
  done(sandbox, "remove", "[" + destination("/under") + "," + destination("/volume") + "]");
  expect(!mounted_at(living.pid(), "/volume").has_value(), "one of the config's stays");
  living.end();
}
const Case kRemoval("mounts-verb/remove-takes-away-what-is-on-top-or-nothing", kMan, removal);

void never_removed(Sandbox& sandbox) {
  Living living(sandbox);
  living.bundle().file("secret", "secret\n");
  make_dir(living.bundle().rootfs("quiet/below"));
  if (::symlink("/secret", living.bundle().rootfs("link").c_str()) != 0) throw Failed("symlink");
  living.bundle()
      .set_json("/linux/maskedPaths", R"(["/secret", "/proc/kcore"])")
      .set_json("/linux/readonlyPaths", R"(["/quiet"])");
  living.begin();
  const std::string calm = mountinfo(living.pid());
  for (const char* path :
       {"/", "/..", "/bin", "/bin/busybox", "/nothing", "/secret", "/quiet", "/proc/kcore"}) {
    refused(sandbox, "remove", "[" + destination(path) + "]", "mounts[0].destination");
  }
  for (const std::string& mount : {tmpfs("/quiet"), tmpfs("/quiet/below"),
                                   living.bind("/secret", "/file"), living.bind("/link", "/file")})
    refused(sandbox, "add", "[" + mount + "]", "mounts[0].destination");
  expect_equal("the mounts", mountinfo(living.pid()), calm);
  done(sandbox, "add", "[" + tmpfs("/loud") + "," + tmpfs("/quiet/below", R"("ro")") + "]");
  done(sandbox, "remove", "[" + destination("/loud") + "," + destination("/quiet/below") + "]");
  expect_equal("the mounts", mountinfo(living.pid()), calm);
  living.end();
}
const Case kNever("mounts-verb/the-root-and-what-protects-a-path-stay", kMan, never_removed);

void user_namespace(Sandbox& sandbox) {
  Living living(sandbox);
  living.bundle().user_namespace();
  write_file(living.source("/of-root"), "", 0644);
  make_dir(sandbox.path("source/closed/open"));
  write_file(sandbox.path("source/closed/open/file"), "reached\n");
  ::chmod(sandbox.path("source/closed").c_str(), 0700);
  living.begin();
  done(sandbox, "add",
       "[" + living.bind("/new/a") + "," + tmpfs("/new/b", R"("size=64k")") + "," +
           living.bind("/new/c", "/closed/open") + "," +
           living.bind("/new/d", "", R"("bind", "idmap")") + "," +
           R"({"destination": "/new/proc", "type": "proc", "source": "proc"}])");
  const Outcome owners = exec(
      sandbox, {},
      {"/bin/busybox", "stat", "-c", "%u", "/new/a/of-root", "/new/b", "/new/d/of-root", "/new"});
  expect_equal("owners", owners.out, "65534\n0\n0\n0\n");
  expect_equal("of a directory that is closed", read_inside(sandbox, "/new/c/file"), "reached\n");
  expect_equal("process 1", read_inside(sandbox, "/new/proc/1/cmdline"),
               read_file("/proc/" + std::to_string(living.pid()) + "/cmdline"));
  done(sandbox, "remove", "[" + destination("/new/a") + "," + destination("/new/b") + "]");
  expect(!mounted_at(living.pid(), "/new/b").has_value(), "it is still there");
  living.end();
}
const Case kUser("mounts-verb/in-a-user-namespace-its-root-owns-them", "user_namespaces(7)",
                 user_namespace);

void rootless(Sandbox& sandbox) {
  const User user(sandbox);
  require_option(sandbox, "mounts", "|remove");
  Bundle bundle = user.bundle();
  bundle.shell("sleep 1000");
  make_dir(sandbox.path("source"));
  write_file(sandbox.path("source/file"), "content\n");
  write_file(sandbox.path("mounts.json"), "[" + tmpfs("/new/a", R"("size=64k")") + R"(,
      {"destination": "/new/b", "type": "bind", "source": ")" +
                                              sandbox.path("source") +
                                              R"(", "options": ["rbind", "ro"]}])");
  const pid_t pid = user.create(bundle);
  user.good({"start", sandbox.id()});
  user.good({"mounts", "add", sandbox.id(), sandbox.path("mounts.json")});
  expect_equal("a file of it",
               user.good({"exec", sandbox.id(), "/bin/busybox", "cat", "/new/b/file"}),
               "content\n");
  expect_contains("its options", options_at(pid, "/new/b"), ",ro,");
  expect_contains("its options", options_at(pid, "/new/a"), ",size=64k,");
  user.good({"mounts", "remove", sandbox.id(), sandbox.path("mounts.json")});
  expect(!mounted_at(pid, "/new/a").has_value(), "it is still there");
  user.good({"delete", "--force", sandbox.id()});
}
const Case kRootless("mounts-verb/an-ordinary-user-has-it-too", kMan, rootless);

// Processes with `words` in their command line that run the runtime's program, or (false) another
// one.
std::vector<pid_t> processes(const Sandbox& sandbox, const std::string& words, bool is_runtime) {
  std::vector<pid_t> found;
  char runtime[PATH_MAX] = {}, program[PATH_MAX] = {};
  if (::realpath(sandbox.runtime().path.c_str(), runtime) == nullptr) return found;
  for (const std::string& name : entries("/proc")) {
    const std::string process = "/proc/" + name;
    if (std::atoi(name.c_str()) <= 0) continue;
    if (read_file(process + "/cmdline").find(words) == std::string::npos) continue;
    const ssize_t size = ::readlink((process + "/exe").c_str(), program, sizeof program - 1);
    if (size < 0) continue;
    program[size] = '\0';
    if ((std::string(program) == runtime) == is_runtime) found.push_back(std::atoi(name.c_str()));
  }
  return found;
}

void strike(const Sandbox& sandbox, int signal) {
  for (const pid_t pid : processes(sandbox, sandbox.id(), true))
    ::kill(pid, signal);
}

// A helper process of the runtime may outlive it for a moment.
void wait_for_helpers(const Sandbox& sandbox) {
  expect(eventually([&] { return processes(sandbox, "[" + sandbox.id() + ":", false).empty(); }),
         "a process of the runtime's does not end");
}

void struck(Sandbox& sandbox, const std::string& word, int signal) {
  Living living(sandbox);
  living.begin();
  const std::string json =
      "[" + tmpfs("/new/a") + "," + living.bind("/new/a/in") + "," + living.bind("/other") + "]";
  const std::string none = mountinfo(living.pid());
  const auto count = [&] {
    return (mounted_at(living.pid(), "/new/a") ? 1 : 0) +
           (mounted_at(living.pid(), "/new/a/in") ? 1 : 0) +
           (mounted_at(living.pid(), "/other") ? 1 : 0);
  };
  const bool add = word == "add";
  std::vector<HeldCall> calls;
  if (!add) done(sandbox, "add", json);
  trace_paths(mounts_call(sandbox, word, json), sandbox.directory(),
              [&](const HeldCall& call) { calls.push_back(call); });
  expect_equal("mounts after an undisturbed one", count(), add ? 3 : 0);
  if (add) done(sandbox, "remove", json);
  size_t undone = 0;
  for (const HeldCall& point : calls) {
    if (point.process == 0 && point.nth < 20) continue;  // nothing has begun
    remove_tree(living.bundle().rootfs("new"));
    remove_tree(living.bundle().rootfs("other"));
    if (!add) done(sandbox, "add", json);
    bool hit = false;
    const Outcome outcome = trace_paths(
        mounts_call(sandbox, word, json), sandbox.directory(), [&](const HeldCall& call) {
          if (hit || call.process != point.process || call.nth != point.nth) return;
          hit = true;
          strike(sandbox, signal);
        });
    wait_for_helpers(sandbox);
    const std::string where = " after a signal at " + point.name + "(\"" + point.path +
                              "\") of process " + std::to_string(point.process);
    const int now = count();
    expect(now == 0 || now == 3, std::to_string(now) + " of 3 mounts are there" + where);
    const int before = add ? 0 : 3;
    if (outcome.exit_code == 0) expect_equal("mounts" + where, now, 3 - before);
    if (signal == SIGTERM && outcome.exit_code != 0) expect_equal("mounts" + where, now, before);
    if (now == before) ++undone;
    if (add && now == 0) {
      const bool left =
          exists(living.bundle().rootfs("new")) || exists(living.bundle().rootfs("other"));
      expect(!left, "a target that was made stays" + where);
    }
    if (now == 3) done(sandbox, "remove", json);
    expect_equal("the mounts" + where, mountinfo(living.pid()), none);
  }
  expect(undone > 0, "no signal came in time");
  living.end();
}
const Case kKilled(
    "mounts-verb/add-that-is-killed-is-whole-or-undone", "reliability 1 (R1)",
    [](Sandbox& sandbox) { struck(sandbox, "add", SIGKILL); }, 120);
const Case kInterrupted(
    "mounts-verb/add-that-is-interrupted-is-whole-or-undone", "reliability 1 (R3)",
    [](Sandbox& sandbox) { struck(sandbox, "add", SIGTERM); }, 120);
const Case kRemoveKilled(
    "mounts-verb/remove-that-is-killed-is-whole-or-undone", "reliability 1 (R1)",
    [](Sandbox& sandbox) { struck(sandbox, "remove", SIGKILL); }, 120);

// The container exchanges a part of the target with a link to the host.
void race(Sandbox& sandbox, const std::string& name, const std::string& target) {
  Living living(sandbox);
  living.begin();
  const std::string host = sandbox.path("precious");
  Race race{.here = living.bundle().rootfs(name),
            .there = living.bundle().rootfs("the-other"),
            .prepare = {},
            .judge = {}};
  race.prepare = [&] {
    mounts(sandbox, "remove", "[" + destination(target) + "]");
    for (const std::string& path : {host, living.bundle().rootfs("one"), race.there})
      remove_tree(path);
    make_dir(host + "/inner");
    make_dir(living.bundle().rootfs("one/two"));
    if (::symlink(host.c_str(), race.there.c_str()) != 0) throw Failed("symlink");
    return mounts_call(sandbox, "add", "[" + living.bind(target) + "]");
  };
  race.judge = [&](const Outcome& outcome) {
    expect_equal("names in the host's directory", shown(entries(host)), "[inner]");
    expect_equal("names in it", shown(entries(host + "/inner")), "[]");
    for (const std::string& line : lines(mountinfo(::getpid())))
      expect_lacks("the host's mounts", line, "/precious");
    if (outcome.exit_code == 0) {
      expect_contains("the container's mounts", mountinfo(living.pid()), "/source ");
    }
  };
  expect_safe(sandbox, race);
  living.end();
}
const Case kRace(
    "threats/race-the-target-of-an-added-mount", "threats 7.2, CVE-2021-30465",
    [](Sandbox& sandbox) { race(sandbox, "one/two", "/one/two/inner"); }, 120);
const Case kRaceAbove(
    "threats/race-the-parent-of-an-added-mount", "threats 7.2, CVE-2021-30465, CVE-2024-45310",
    [](Sandbox& sandbox) { race(sandbox, "one", "/one/two/inner"); }, 120);

}  // namespace
}  // namespace oci::conformance
