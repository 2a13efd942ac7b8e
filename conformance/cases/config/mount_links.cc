// Destinations that lead through links of the image. A dangling link is followed inside the root,
// and the missing part is created there.
#include <sys/stat.h>
#include <unistd.h>

#include "conformance/cases/command_line/rootless_user.h"
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

void link_to(const std::string& target, const std::string& path) {
  make_dir(path.substr(0, path.rfind('/')));
  ::unlink(path.c_str());
  if (::symlink(target.c_str(), path.c_str()) != 0) throw Failed("cannot make the link " + path);
}

// A file and a directory of the host.
struct Sources {
  explicit Sources(Sandbox& sandbox)
      : file(sandbox.path("host-file")), directory(sandbox.path("host-directory")) {
    write_file(file, "bound\n");
    make_dir(directory);
    write_file(directory + "/inner", "inner\n");
  }
  std::string file, directory;
};

// A fresh /dev, since runc cannot create the links there twice in one root filesystem.
Bundle with_dev(Bundle bundle) {
  bundle.mount("/dev", "tmpfs", "tmpfs", {"nosuid", "mode=755"});
  return bundle;
}

// As in images of Fedora, Arch and openSUSE.
void file_on_link(Sandbox& sandbox) {
  const Sources sources(sandbox);
  for (const bool readonly : {false, true}) {
    Bundle bundle = sandbox.bundle(readonly ? "readonly" : "writable");
    link_to("../run/systemd/resolve/stub-resolv.conf", bundle.rootfs("etc/resolv.conf"));
    link_to("/usr/share/zoneinfo/UTC", bundle.rootfs("etc/localtime"));
    link_to("resolv.conf", bundle.rootfs("etc/second"));
    link_to("second", bundle.rootfs("etc/third"));
    bundle.set("/root/readonly", readonly)
        .mount("/etc/third", "bind", sources.file, {"bind", "ro"})
        .mount("/etc/localtime", "bind", sources.file, {"bind", "ro"});
    expect_equal("the files",
                 sandbox.output(bundle,
                                "cat /etc/resolv.conf /etc/localtime;"
                                "cat /run/systemd/resolve/stub-resolv.conf /usr/share/zoneinfo/UTC;"
                                "readlink /etc/resolv.conf; stat -c %F /run/systemd/resolve"),
                 "bound\nbound\nbound\nbound\n../run/systemd/resolve/stub-resolv.conf\n"
                 "directory\n");
  }
}
const Case kFile("mounts/a-file-on-a-link-that-leads-to-nothing-yet", "config.md#mounts",
                 file_on_link);

void below_link(Sandbox& sandbox) {
  const Sources sources(sandbox);
  for (const bool own_users : {false, true}) {
    Bundle bundle = sandbox.bundle(own_users ? "users" : "plain");
    ::rmdir(bundle.rootfs("run").c_str());
    link_to("/run", bundle.rootfs("var/run"));
    link_to("lib64/", bundle.rootfs("usr/lib"));
    bundle
        .mount("/var/run/secrets/kubernetes.io/serviceaccount", "bind", sources.directory,
               {"bind", "ro"})
        .mount("/var/run/scratch", "tmpfs", "tmpfs", {"size=64k"})
        .mount("/usr/lib", "bind", sources.directory, {"bind"})
        .mount("/usr/lib64/inner", "bind", sources.file, {"bind"});
    if (own_users) bundle.user_namespace();
    expect_equal("the places",
                 sandbox.output(bundle,
                                "cat /run/secrets/kubernetes.io/serviceaccount/inner;"
                                "cat /var/run/secrets/kubernetes.io/serviceaccount/inner;"
                                "touch /run/scratch/x && ls /var/run/scratch; cat /usr/lib/inner;"
                                "stat -c '%F %a %u:%g' /run"),
                 "inner\ninner\nx\nbound\ndirectory 755 0:0\n");
  }
}
const Case kBelow("mounts/below-a-link-that-leads-to-nothing-yet", "config.md#mounts", below_link);

void rootless(Sandbox& sandbox) {
  const User user(sandbox);
  const Sources sources(sandbox);
  give(sources.file);
  Bundle bundle = user.bundle();
  link_to("../run/systemd/resolv.conf", bundle.rootfs("etc/resolv.conf"));
  link_to("/run", bundle.rootfs("var/run"));
  bundle.mount("/etc/resolv.conf", "bind", sources.file, {"bind"})
      .mount("/var/run/scratch", "tmpfs", "tmpfs", {"size=64k"})
      .shell("cat /run/systemd/resolv.conf; touch /run/scratch/x && ls /var/run/scratch");
  const Outcome outcome = user.run(bundle);
  expect_equal("run (" + trimmed(outcome.err) + ") prints", outcome.out, "bound\nx\n");
}
const Case kRootless("rootless/mounts-through-links-that-lead-to-nothing-yet", "config.md#mounts",
                     rootless);

// Link targets in various spellings, each with the expected place of the mount.
void spellings(Sandbox& sandbox) {
  const Sources sources(sandbox);
  std::string padded;
  while (padded.size() < 4000)
    padded += "./";
  const std::vector<std::pair<std::string, std::string>> links = {
      {"../../../../../../../../above/file", "/above/file"},
      {"/../../of/the/root", "/of/the/root"},
      {".//./one///two/./../two/three", "/links/one/two/three"},
      {"/new/below/../../new-as-well/file", "/new-as-well/file"},
      {padded + "padded", "/links/padded"},
      {"../elsewhere/../links/back", "/links/back"},
  };
  Bundle bundle = sandbox.bundle();
  std::string script, wanted;
  for (size_t i = 0; i < links.size(); ++i) {
    const std::string name = "/links/" + std::to_string(i);
    link_to(links[i].first, bundle.rootfs(name.substr(1)));
    bundle.mount(name, "bind", sources.file, {"bind"});
    script += "cat " + name + " " + links[i].second + ";";
    wanted += "bound\nbound\n";
  }
  expect_equal("the files", sandbox.output(bundle, script), wanted);
}
const Case kSpellings("mounts/links-with-dots-slashes-and-long-texts", "path_resolution(7)",
                      spellings);

// A missing target is created in the directory that an earlier mount brought in.
void in_bound_directory(Sandbox& sandbox) {
  const Sources sources(sandbox);
  link_to("data/below/file", sources.directory + "/link");
  Bundle bundle = with_dev(sandbox.bundle());
  bundle.mount("/volume", "bind", sources.directory, {"bind"})
      .mount("/volume/link", "bind", sources.file, {"bind"});
  expect_equal("the file", sandbox.output(bundle, "cat /volume/data/below/file"), "bound\n");
  expect_equal("its place in the host's directory",
               read_file(sources.directory + "/data/below/file"), "");
  remove_tree(sources.directory + "/data");
  expect_refusal(sandbox, bundle, {"mounts[3].destination", {"read-only", "/volume/link"}},
                 [&](Bundle& spoilt) {
                   remove_tree(sources.directory + "/data");
                   spoilt.set_json("/mounts/2/options", R"(["bind", "ro"])");
                 });
  expect(!exists(sources.directory + "/data"), "a read-only directory of the host's has changed");
}
const Case kBound("mounts/through-a-link-in-a-bound-directory", "config.md#mounts",
                  in_bound_directory);

void loops(Sandbox& sandbox) {
  const Sources sources(sandbox);
  Bundle bundle = with_dev(sandbox.bundle());
  link_to("end/file", bundle.rootfs("etc/link"));
  link_to("b", bundle.rootfs("etc/a"));
  link_to("a", bundle.rootfs("etc/b"));
  link_to("not-there/../self/x", bundle.rootfs("etc/self"));
  for (int i = 0; i < 41; ++i)
    link_to("long" + std::to_string(i + 1), bundle.rootfs("etc/long" + std::to_string(i)));
  bundle.mount("/etc/link", "bind", sources.file, {"bind"});
  for (const char* destination : {"/etc/a", "/etc/b/below", "/etc/self", "/etc/long0"}) {
    expect_refusal(sandbox, bundle, {"mounts[2].destination", {"links", "symbolic", "etc/"}},
                   [&](Bundle& spoilt) { spoilt.set("/mounts/2/destination", destination); });
    bundle.set("/mounts/2/destination", "/etc/link");
  }
}
const Case kLoops("mounts/a-loop-of-links-is-refused", "path_resolution(7)", loops);

// CVE-2024-21626, CVE-2019-16884: no link of the image leads a mount into procfs or through it.
void into_proc(Sandbox& sandbox) {
  const Sources sources(sandbox);
  Bundle bundle = with_dev(sandbox.bundle());
  link_to("/run/new", bundle.rootfs("srv/link"));
  bundle.mount("/srv/link", "bind", sources.file, {"bind"});
  for (const char* target : {"/proc/self/cwd/new", "/proc/self/new", "/proc/1/root/new",
                             "/proc/new", "/proc/thread-self/fd/3/new"}) {
    expect_refusal(sandbox, bundle, {"mounts[2].destination", {"/srv/link", "proc"}},
                   [&](Bundle& spoilt) { link_to(target, spoilt.rootfs("srv/link")); });
    link_to("/run/new", bundle.rootfs("srv/link"));
  }
}
const Case kProc("threats/a-link-into-proc-is-no-way-out", "CVE-2024-21626, CVE-2019-16884",
                 into_proc);

// Default devices in /dev are not reached through links, but devices of the config are.
void device_below_link(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  link_to("/srv/new/devices", bundle.rootfs("dev/sub"));
  link_to("../run/new", bundle.rootfs("var/run"));
  bundle
      .set_json("/linux/devices", R"([
      {"path": "/dev/sub/zero", "type": "c", "major": 1, "minor": 5, "fileMode": 438},
      {"path": "/var/run/pipe", "type": "p", "fileMode": 384}])")
      .write();
  expect_equal("the devices",
               sandbox.output(bundle,
                              "stat -c '%F %t:%T' /srv/new/devices/zero /run/new/pipe "
                              "/dev/sub/zero; readlink /dev/sub"),
               "character special file 1:5\nfifo 0:0\ncharacter special file 1:5\n"
               "/srv/new/devices\n");
}
const Case kDevice("devices/below-a-link-of-the-image", "config-linux.md#devices",
                   device_below_link);

}  // namespace
}  // namespace oci::conformance
