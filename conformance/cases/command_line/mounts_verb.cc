// mounts add and mounts remove: changes the mounts of a running container.
#include "conformance/cases/command_line/mounts_verb.h"

#include <sys/stat.h>

#include <functional>

#include "conformance/harness/case.h"

namespace oci::conformance {
namespace {

void binds(Sandbox& sandbox) {
  Living living(sandbox);
  living.begin();
  done(sandbox, "add",
       "[" + living.bind("/new/directory", "", R"("bind", "ro", "nosuid")") + "," +
           living.bind("/new/file", "/file") + "," + living.bind("relative", "/below") + "]");
  expect_equal("a file of it", read_inside(sandbox, "/new/directory/below/deep"), "deep\n");
  expect_equal("a file by itself", read_inside(sandbox, "/new/file"), "content\n");
  expect_equal("at a relative destination", read_inside(sandbox, "/relative/deep"), "deep\n");
  for (const char* option : {",ro,", ",nosuid,"})
    expect_contains("its options", options_at(living.pid(), "/new/directory"), option);
  expect_contains("options of the other", options_at(living.pid(), "/new/file"), ",rw,");
  living.end();
}
const Case kBinds("mounts-verb/files-and-directories-are-bound", kMan, binds);

void recursive(Sandbox& sandbox) {
  Living living(sandbox);
  if (::mount("tmpfs", living.source("/below").c_str(), "tmpfs", 0, "size=64k") != 0) {
    throw Skipped("no tmpfs to be had");
  }
  write_file(living.source("/below/in-it"), "in it\n");
  living.begin();
  done(sandbox, "add",
       "[" + living.bind("/one") + "," + living.bind("/all", "", R"("rbind", "rro")") + "]");
  expect_equal("of the one mount", read_inside(sandbox, "/one/below/in-it"), "");
  expect_equal("of the whole tree", read_inside(sandbox, "/all/below/in-it"), "in it\n");
  expect_contains("its options", options_at(living.pid(), "/all/below"), ",ro,");
  living.end();
  ::umount2(living.source("/below").c_str(), MNT_DETACH);
}
const Case kRecursive("mounts-verb/a-tree-is-bound-whole-and-its-options-with-it", kMan, recursive);

void filesystems(Sandbox& sandbox) {
  Living living(sandbox);
  living.begin();
  done(sandbox, "add",
       "[" + tmpfs("/new/small", R"("size=64k", "mode=700", "noexec")") + "," +
           tmpfs("/new/ro", R"("ro")") + "," + living.bind("/new/ro/in/it") + "," +
           R"({"destination": "/new/proc", "type": "proc", "source": "proc"},
              {"destination": "/new/sys", "type": "sysfs", "source": "sysfs"},
              {"destination": "/new/mqueue", "type": "mqueue", "source": "mqueue"}])");
  const std::string small = options_at(living.pid(), "/new/small");
  for (const char* option : {",size=64k,", ",mode=700,", ",noexec,"})
    expect_contains("its options", small, option);
  expect_contains("its options", options_at(living.pid(), "/new/ro"), ",ro,");
  expect_equal("in a read-only one", read_inside(sandbox, "/new/ro/in/it/file"), "content\n");
  expect_equal("process 1", read_inside(sandbox, "/new/proc/1/cmdline"),
               read_file("/proc/" + std::to_string(living.pid()) + "/cmdline"));
  expect_equal("network devices",
               trimmed(exec(sandbox, {}, {"/bin/busybox", "ls", "/new/sys/class/net"}).out), "lo");
  living.end();
}
const Case kFilesystems("mounts-verb/filesystems-are-made-of-the-containers-namespaces", kMan,
                        filesystems);

void statuses(Sandbox& sandbox) {
  require_cgroup2();
  Living living(sandbox);
  sandbox.create(living.bundle());
  done(sandbox, "add", "[" + tmpfs("/before") + "]");
  sandbox.start();
  sandbox.said(1);
  expect(mounted_at(sandbox.init_pid(), "/before").has_value(), "it is gone with start");
  sandbox.call({"pause", sandbox.id()});
  Spawn paused = mounts_call(sandbox, "add", "[" + tmpfs("/paused") + "]");
  expect_equal("exit code while it is paused", sandbox.call(paused).exit_code, 0);
  done(sandbox, "remove", "[" + destination("/before") + "]");
  sandbox.call({"resume", sandbox.id()});
  expect(mounted_at(sandbox.init_pid(), "/paused").has_value(), "it is not there");
  expect(!mounted_at(sandbox.init_pid(), "/before").has_value(), "it is still there");
  sandbox.kill("KILL");
  sandbox.wait_stopped();
  for (const char* word : {"add", "remove"}) {
    refused(sandbox, word, "[" + tmpfs("/paused") + "]",
            "container \"" + sandbox.id() + "\": container not running", {"not running"});
  }
  sandbox.remove();
  refused(sandbox, "add", "[]", "container \"" + sandbox.id() + "\" does not exist",
          {"does not exist"});
}
const Case kStatuses("mounts-verb/of-a-container-that-is-created-running-or-paused", kMan,
                     statuses);

void all_or_nothing(Sandbox& sandbox) {
  Living living(sandbox);
  living.bundle().file("a-file", "");
  if (::symlink("/nowhere", living.source("/link").c_str()) != 0) throw Failed("symlink");
  living.begin();
  const std::string calm = mountinfo(living.pid());
  const std::string good = tmpfs("/new/a") + "," + living.bind("/new/a/in/it") + "," +
                           living.bind("/new/b", "/file") + "," +
                           living.bind("/new/link", "/link", R"("bind", "copy-symlink")");
  const auto fails = [&](const std::string& last, const std::string& path, const Words& any_of) {
    refused(sandbox, "add", "[" + good + "," + last + "]", path, any_of);
    expect_equal("the mounts after " + last, mountinfo(living.pid()), calm);
    expect(!exists(living.bundle().rootfs("new")), "a target that was made stays after " + last);
  };
  fails(tmpfs("/a-file/below"), "mounts[4].destination ('/a-file/below')", {"a-file"});
  fails(living.bind("/bin", "/file"), "mounts[4].destination ('/bin')", {"bin"});
  fails(living.bind("/new/c", "/nothing"), "mounts[4].source", {"nothing"});
  fails(tmpfs("/new/c", R"("nosuch=1")"), "mounts[4].options", {"nosuch"});
  done(sandbox, "add", "[" + good + "]");  // the control
  expect_equal("the control", read_inside(sandbox, "/new/a/in/it/file"), "content\n");
  expect_equal("the link",
               trimmed(exec(sandbox, {}, {"/bin/busybox", "readlink", "/new/link"}).out),
               "/nowhere");
  living.end();
}
const Case kAllOrNothing("mounts-verb/after-a-failure-none-was-added", kMan, all_or_nothing);

void documents(Sandbox& sandbox) {
  Living living(sandbox);
  living.begin();
  const std::string calm = mountinfo(living.pid());
  const std::string file = sandbox.path("mounts.json") + ":1:";
  refused(sandbox, "add", "{}", file + "1: expected an array of mounts", {"array"});
  refused(sandbox, "add", "[", file + "2", {"json", "JSON", "end"});
  refused(sandbox, "add", "[7]", "mounts[0]: expected an object");
  refused(sandbox, "add", R"([{"destination": 7, "type": "tmpfs"}])", "mounts[0].destination");
  refused(sandbox, "add", R"([{"type": "tmpfs"}])", "mounts[0].destination", {"destination"});
  refused(sandbox, "add", R"([{"destination": "/new", "type": "tmpfs", "options": "ro"}])",
          "mounts[0].options");
  refused(sandbox, "add", "[" + tmpfs("/") + "]", "mounts[0].destination");
  refused(sandbox, "add", "[" + tmpfs("/proc/sys") + "]", "mounts[0].destination");
  refused(sandbox, "add", R"([{"destination": "/proc", "options": ["remount", "ro"]}])",
          "mounts[0].options[0]");
  refused(sandbox, "remove", R"([{"destination": ""}])", "mounts[0].destination");
  expect_equal("the mounts", mountinfo(living.pid()), calm);
  done(sandbox, "add", "[]");
  done(sandbox, "remove", "[]");
  Spawn from_stdin = sandbox.invocation({"mounts", "add", sandbox.id(), "-"});
  from_stdin.input = "[" + tmpfs("/new") + "]";
  expect_equal("exit code of one from standard input", sandbox.call(from_stdin).exit_code, 0);
  expect(mounted_at(living.pid(), "/new").has_value(), "nothing is mounted at /new");
  for (const Words& words : {Words{"mounts"}, Words{"mounts", "add", sandbox.id()},
                             Words{"mounts", "nosuch", sandbox.id(), sandbox.path("mounts.json")},
                             Words{"mounts", "add", sandbox.id(), sandbox.path("nothing")}}) {
    expect_equal("exit code of " + shown(words), sandbox.call(words).exit_code, 1);
  }
  living.end();
}
const Case kDocuments("mounts-verb/a-document-that-is-wrong-is-refused", kMan, documents);

void targets(Sandbox& sandbox) {
  Living living(sandbox);
  make_dir(living.bundle().rootfs("real"));
  make_dir(sandbox.path("outside"));
  if (::symlink("/real", living.bundle().rootfs("link").c_str()) != 0 ||
      ::symlink(sandbox.path("outside").c_str(), living.bundle().rootfs("out").c_str()) != 0 ||
      ::symlink("../../../../..", living.bundle().rootfs("up").c_str()) != 0) {
    throw Failed("symlink");
  }
  make_dir(living.bundle().rootfs(sandbox.path("outside").substr(1)));
  living.begin();
  done(sandbox, "add",
       "[" + living.bind("/link") + "," + living.bind("/out/made") + "," +
           living.bind("/up/real/../above") + "]");
  expect_equal("through a link", read_inside(sandbox, "/real/file"), "content\n");
  expect_equal("names outside", shown(entries(sandbox.path("outside"))), "[]");
  expect_equal("through a link that leads out",
               read_inside(sandbox, sandbox.path("outside/made/file")), "content\n");
  expect_equal("above the root", read_inside(sandbox, "/above/file"), "content\n");
  done(sandbox, "remove", "[" + destination("/link") + "]");
  expect_equal("after it is removed through the link", read_inside(sandbox, "/real/file"), "");
  living.end();
}
const Case kTargets("mounts-verb/links-lead-nowhere-but-inside", "threats 1 (A)", targets);

// The path is resolved in the container's root: a link there leads to nothing on the host.
void source_in_root(Sandbox& sandbox) {
  Living living(sandbox);
  living.bundle().file("inside/file", "inside\n").mount("/mounted", "tmpfs", "tmpfs");
  living.bundle().shell("echo in it > /mounted/file; echo ready; sleep 1000");
  make_dir(sandbox.path("outside"));
  write_file(sandbox.path("outside/file"), "outside\n");
  if (::symlink(sandbox.path("outside").c_str(), living.bundle().rootfs("link").c_str()) != 0) {
    throw Failed("symlink");
  }
  living.begin();
  const auto bind = [&](const std::string& target, const std::string& name) {
    return R"({"destination": ")" + target + R"(", "source": ")" + living.bundle().rootfs(name) +
           R"(", "options": ["bind"]})";
  };
  done(sandbox, "add", "[" + bind("/new/a", "inside") + "," + bind("/new/b", "mounted") + "]");
  expect_equal("a file of the root", read_inside(sandbox, "/new/a/file"), "inside\n");
  expect_equal("a file of a mount", read_inside(sandbox, "/new/b/file"), "in it\n");
  const std::string calm = mountinfo(living.pid());
  refused(sandbox, "add", "[" + tmpfs("/new/c") + "," + bind("/new/d", "link") + "]",
          "mounts[1].source");
  expect_equal("the mounts", mountinfo(living.pid()), calm);
  living.end();
}
const Case kSourceInRoot("mounts-verb/a-source-in-the-root-is-the-containers", "threats 1 (A)",
                         source_in_root);

void read_only_root(Sandbox& sandbox) {
  Living living(sandbox);
  make_dir(living.bundle().rootfs("there"));
  living.bundle().set("/root/readonly", true);
  living.begin();
  const std::string calm = mountinfo(living.pid());
  refused(sandbox, "add", "[" + living.bind("/there") + "," + living.bind("/missing") + "]",
          "mounts[1].destination ('/missing'): it is missing", {"missing"});
  expect_equal("the mounts", mountinfo(living.pid()), calm);
  done(sandbox, "add", "[" + living.bind("/there") + "," + tmpfs("/there/below") + "]");
  expect_equal("the control", read_inside(sandbox, "/there/file"), "content\n");
  living.end();
}
const Case kReadOnly("mounts-verb/in-a-read-only-root-the-target-has-to-be-there", kMan,
                     read_only_root);

void no_pivot(Sandbox& sandbox) {
  require_option(sandbox, "create", "no-pivot");
  Living living(sandbox);
  living.begin({"--no-pivot"});
  done(sandbox, "add", "[" + living.bind("/new") + "]");
  expect_equal("a file of it", read_inside(sandbox, "/new/file"), "content\n");
  done(sandbox, "remove", "[" + destination("/new") + "]");
  expect_equal("a file of it", read_inside(sandbox, "/new/file"), "");
  living.end();
}
const Case kNoPivot("mounts-verb/the-root-may-be-one-without-pivot-root", kMan, no_pivot);

// A process that enters the container while `act` runs takes a number of its pid namespace. So does
// exec, which measures the numbers before and after.
void expect_no_process_inside(Sandbox& sandbox, const std::function<void()>& act) {
  const auto next = [&] {
    return std::stoi(exec(sandbox, {}, {"/bin/busybox", "sh", "-c", "echo $$"}).out);
  };
  const int first = next();
  const int each = next() - first;
  act();
  expect_equal("numbers of processes in the container", next() - first, 2 * each);
}

void unseen(Sandbox& sandbox) {
  Living living(sandbox);
  living.begin();
  expect_no_process_inside(sandbox, [&] {
    for (int i = 0; i < 3; ++i)
      done(sandbox, "add", "[" + living.bind("/new") + "," + tmpfs("/new/below") + "]");
  });
  living.end();
}
const Case kUnseen("mounts-verb/no-process-inside-sees-the-one-that-does-it",
                   "threats 1 (E), CVE-2016-9962", unseen);

void unseen_with_proc(Sandbox& sandbox) {
  require_kernel(6, 17, "a procfs of a pid namespace that the process is not in");
  Living living(sandbox);
  living.begin();
  expect_no_process_inside(sandbox, [&] {
    done(sandbox, "add", R"([{"destination": "/new/proc", "type": "proc", "source": "proc"}])");
  });
  const Words look = {"/bin/busybox", "sh", "-c", "ls /new/proc/1/ns && test ! -e /new/proc/500"};
  expect_equal("a procfs of the container", exec(sandbox, {}, look).exit_code, 0);
  living.end();
}
const Case kUnseenWithProc("mounts-verb/a-procfs-is-made-by-no-process-inside",
                           "threats 1 (E), CVE-2016-9962", unseen_with_proc);

}  // namespace
}  // namespace oci::conformance
